import { createHash, createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from "node:crypto";
import { generateKey, isKeyAlgorithm, type KeyAlgorithm } from "./algorithms.js";
import type { KeyCipher } from "./key-cipher.js";
import { createPairTokenKey, type TokenKey } from "./token-key.js";

/** A key as others see it (RFC 7517): its public half, with what it is for. */
export type PublishedKey = JsonWebKey & { kid: string; alg: KeyAlgorithm; use: "sig" };

/** A key pair that signs and verifies tokens. */
export interface SigningKey {
  /** Its thumbprint (RFC 7638). */
  kid: string;
  algorithm: KeyAlgorithm;
  tokenKey: TokenKey;
  published: PublishedKey;
}

/** A private key as the database has it. */
export interface SealedKey {
  kid: string;
  algorithm: string;
  sealedKey: Buffer;
}

/** The key type and curve of each algorithm, of which a key must be. */
const KINDS: Readonly<Record<KeyAlgorithm, { kty: string; crv?: string }>> = {
  ES256: { kty: "EC", crv: "P-256" },
  EdDSA: { kty: "OKP", crv: "Ed25519" },
  RS256: { kty: "RSA" },
};

/** SHA-256 of the members that identify a key, in lexicographic order (RFC 7638, section 3; RFC 8037, section 2). */
function thumbprint({ crv, e, kty, n, x, y }: JsonWebKey): string {
  const members = { crv, e, kty, n, x, y };
  return createHash("sha256").update(JSON.stringify(members)).digest("base64url");
}

/** Derives the public half of a private key; null if the key is not one of the algorithm. */
function toSigningKey(algorithm: KeyAlgorithm, privateKey: KeyObject): SigningKey | null {
  const publicKey = createPublicKey(privateKey);
  const jwk = publicKey.export({ format: "jwk" });
  const { kty, crv } = KINDS[algorithm];
  if (jwk.kty !== kty || jwk.crv !== crv) return null;
  const kid = thumbprint(jwk);
  return {
    kid,
    algorithm,
    tokenKey: createPairTokenKey({ kid, algorithm, privateKey, publicKey }),
    published: { ...jwk, kid, alg: algorithm, use: "sig" },
  };
}

/** Makes a key, sealed for the database. Its id doesn't look like an option on the command line. */
export async function newSealedKey(
  cipher: KeyCipher,
  algorithm: KeyAlgorithm,
): Promise<SealedKey & { algorithm: KeyAlgorithm }> {
  const privateKey = await generateKey(algorithm);
  const kid = thumbprint(createPublicKey(privateKey).export({ format: "jwk" }));
  if (kid.startsWith("-")) return newSealedKey(cipher, algorithm);
  const content = privateKey.export({ format: "der", type: "pkcs8" });
  return { kid, algorithm, sealedKey: cipher.seal({ kid, algorithm }, content) };
}

/**
 * Decrypts a key; null if it is none of ours: if no secret of ours sealed it with this id and algorithm, or its id is not
 * the thumbprint of what is inside. Whoever can write to the database therefore can't add a key.
 */
export function openSealedKey(
  cipher: KeyCipher,
  { kid, algorithm, sealedKey }: SealedKey,
): { key: SigningKey; isFormerSecret: boolean } | null {
  if (!isKeyAlgorithm(algorithm)) return null;
  const opened = cipher.open({ kid, algorithm }, sealedKey);
  if (!opened) return null;
  const { content, isFormerSecret } = opened;
  const key = toSigningKey(algorithm, createPrivateKey({ key: content, format: "der", type: "pkcs8" }));
  return key?.kid === kid ? { key, isFormerSecret } : null;
}
