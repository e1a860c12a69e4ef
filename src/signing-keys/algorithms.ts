import { constants, generateKeyPair, type KeyObject, sign, verify } from "node:crypto";
import { promisify } from "node:util";
import { isLowS, toLowS } from "./low-s.js";

/** The algorithms of keys whose public half others may have (RFC 7518, RFC 8037). */
export type KeyAlgorithm = "ES256" | "EdDSA" | "RS256";

/** How keys of one algorithm are made, sign and verify, synchronously: the thread pool is full of password hashes. */
interface Algorithm {
  generate(): Promise<KeyObject>;
  sign(privateKey: KeyObject, data: Buffer): Buffer;
  verify(publicKey: KeyObject, data: Buffer, signature: Buffer): boolean;
}

const generate = promisify(generateKeyPair);

const RSA_BITS = 2048;
const RSA_PADDING = constants.RSA_PKCS1_PADDING;

const ALGORITHMS: Readonly<Record<KeyAlgorithm, Algorithm>> = {
  ES256: {
    generate: async () => (await generate("ec", { namedCurve: "P-256" })).privateKey,
    sign: (key, data) => toLowS(sign("sha256", data, { key, dsaEncoding: "ieee-p1363" })),
    verify: (key, data, signature) =>
      isLowS(signature) && verify("sha256", data, { key, dsaEncoding: "ieee-p1363" }, signature),
  },
  EdDSA: {
    generate: async () => (await generate("ed25519")).privateKey,
    sign: (key, data) => sign(null, data, key),
    verify: (key, data, signature) => verify(null, data, key, signature),
  },
  RS256: {
    generate: async () => (await generate("rsa", { modulusLength: RSA_BITS })).privateKey,
    sign: (key, data) => sign("sha256", data, { key, padding: RSA_PADDING }),
    verify: (key, data, signature) => verify("sha256", data, { key, padding: RSA_PADDING }, signature),
  },
};

export function isKeyAlgorithm(name: string): name is KeyAlgorithm {
  return Object.hasOwn(ALGORITHMS, name);
}

/** Makes a private key. */
export function generateKey(algorithm: KeyAlgorithm): Promise<KeyObject> {
  return ALGORITHMS[algorithm].generate();
}

/** Signs `text`; an ES256 signature has its `s` in the lower half. */
export function signText(algorithm: KeyAlgorithm, privateKey: KeyObject, text: string): Buffer {
  return ALGORITHMS[algorithm].sign(privateKey, Buffer.from(text));
}

/** Whether `signature` is one of `text`. An ES256 signature whose `s` is in the upper half is none. */
export function verifyText(
  algorithm: KeyAlgorithm,
  publicKey: KeyObject,
  text: string,
  signature: Buffer,
): boolean {
  return ALGORITHMS[algorithm].verify(publicKey, Buffer.from(text), signature);
}
