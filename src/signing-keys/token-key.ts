import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from "node:crypto";
import { type KeyAlgorithm, signText, verifyText } from "./algorithms.js";

/** The `typ` that an access token may have (RFC 9068; `JWT` for verifiers that know no other). */
export const ACCESS_TOKEN_TYPES = ["at+jwt", "JWT"] as const;
export type AccessTokenType = (typeof ACCESS_TOKEN_TYPES)[number];

/** Claims of a token, in seconds since the epoch (RFC 7519, section 4.1). */
export interface TokenTimes {
  iat: number;
  exp: number;
}

/** A key that signs and verifies tokens. Its own header says which algorithm and key verify a token, to the letter. */
export interface TokenKey {
  /** The first segment of a token of this type that the key signs. */
  header(type: string): string;
  /** Returns the signature of `text` as the third segment of a token. */
  sign(text: string): string;
  /** Whether `segment` is a signature of `text`, in the one spelling that we issue. */
  verify(text: string, segment: string): boolean;
  /** Whether a token that the key signed is accepted now. */
  accepts(times: TokenTimes): boolean;
}

/** Encodes a part of a token (RFC 7515, section 2). */
export function encodeSegment(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

/** Writes each header once. */
function createHeaders(names: { alg: string; kid?: string }): TokenKey["header"] {
  const headers = new Map<string, string>();
  return (type) => {
    const known = headers.get(type) ?? encodeSegment({ ...names, typ: type });
    headers.set(type, known);
    return known;
  };
}

/** A key of HS256. The first secret signs, all verify. */
export function createSecretTokenKey(
  secrets: readonly string[],
  accepts: TokenKey["accepts"] = () => true,
): TokenKey {
  const keys = secrets.map((secret) => createSecretKey(Buffer.from(secret, "utf8")));
  const macOf = (key: KeyObject, text: string) => createHmac("sha256", key).update(text).digest("base64url");
  return {
    header: createHeaders({ alg: "HS256" }),
    sign(text) {
      const [key] = keys;
      if (!key) throw new TypeError("there is no secret to sign a token with");
      return macOf(key, text);
    },
    verify(text, segment) {
      const given = Buffer.from(segment);
      return keys.some((key) => {
        const expected = Buffer.from(macOf(key, text));
        return given.length === expected.length && timingSafeEqual(given, expected);
      });
    },
    accepts,
  };
}

/** The key of a pair. */
export function createPairTokenKey(pair: {
  kid: string;
  algorithm: KeyAlgorithm;
  privateKey: KeyObject;
  publicKey: KeyObject;
}): TokenKey {
  const { kid, algorithm, privateKey, publicKey } = pair;
  return {
    header: createHeaders({ alg: algorithm, kid }),
    sign: (text) => signText(algorithm, privateKey, text).toString("base64url"),
    verify(text, segment) {
      const signature = Buffer.from(segment, "base64url");
      // The same bytes have several spellings (RFC 4648, section 3.5).
      return signature.toString("base64url") === segment && verifyText(algorithm, publicKey, text, signature);
    },
    accepts: () => true,
  };
}
