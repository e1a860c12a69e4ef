import { createPublicKey, type JsonWebKey, type KeyObject } from "node:crypto";
import { LoggableError } from "../system/loggable-error.js";
import type { PublicKey } from "./service.js";

/** The algorithms that a service may sign its assertions with (RFC 7518, RFC 8037; RFC 9864 renames EdDSA). */
export const ASSERTION_ALGORITHMS = ["ES256", "Ed25519", "EdDSA", "RS256"];

/** Most keys of a service: that in use, and those around a change. */
const MAX_KEYS = 10;
const MIN_RSA_BITS = 2048;
/** The members of a JWK that only a private or secret key has (RFC 7518, section 6). */
const PRIVATE_MEMBERS = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/** The names of keys (`kid`) that can be printed and stored as they are. */
const KEY_NAME = /^[ -~]{1,255}$/;

/** Why a set of keys is refused; for the operator who gave it. */
export class PublicKeysError extends LoggableError {}

/**
 * Reads the public keys of a service from a JWK Set or a JWK (RFC 7517). Of each key, only its value and its name (`kid`)
 * are returned.
 *
 * Throws a PublicKeysError for anything else, for a private key, and for a key that ASSERTION_ALGORITHMS don't use. Several
 * keys need different names, so that an assertion can say which one signed it.
 */
export function readPublicKeys(text: string): PublicKey[] {
  const keys = readJwks(text);
  if (keys.length === 0 || keys.length > MAX_KEYS) {
    throw new PublicKeysError(`There must be 1 to ${MAX_KEYS} keys.`);
  }
  const names = new Set(keys.map(({ kid }) => kid));
  const publicKeys = keys.map((key, index) => readKey(key, index + 1));
  if (keys.length > 1 && (names.has(undefined) || names.size < keys.length)) {
    throw new PublicKeysError('Each of several keys needs a "kid" of its own.');
  }
  return publicKeys;
}

function readJwks(text: string): PublicKey[] {
  const isObject = (value: unknown): value is PublicKey =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    content = null;
  }
  const keys = isObject(content) && "keys" in content ? content.keys : [content];
  if (!Array.isArray(keys) || !keys.every(isObject)) {
    throw new PublicKeysError("The file is neither a JWK Set nor a JWK.");
  }
  return keys;
}

function readKey(jwk: PublicKey, number: number): PublicKey {
  if (PRIVATE_MEMBERS.some((name) => name in jwk)) {
    throw new PublicKeysError(
      `Key ${number} is a private or secret one: give only the public half, and make a new pair if this file was shared.`,
    );
  }
  const { kid } = jwk;
  if (kid !== undefined && !(typeof kid === "string" && KEY_NAME.test(kid))) {
    throw new PublicKeysError(`The "kid" of key ${number} must be 1 to 255 printable ASCII characters.`);
  }
  const key = parseKey(jwk);
  const algorithms = key ? algorithmsOf(key) : [];
  if (!key || algorithms.length === 0) {
    throw new PublicKeysError(
      `Key ${number} is not supported: use EC with P-256, OKP with Ed25519, or RSA with ${MIN_RSA_BITS} bits or more.`,
    );
  }
  if (!isForOneOf(algorithms, jwk)) {
    throw new PublicKeysError(
      `Key ${number} is not for ${algorithms[0]} signatures, as its "use", "key_ops" or "alg" says.`,
    );
  }
  return { ...key.export({ format: "jwk" }), ...(kid !== undefined && { kid }) };
}

/** Returns a key; null if Node.js doesn't know its type, or if it is not valid. */
function parseKey(jwk: PublicKey): KeyObject | null {
  try {
    return createPublicKey({ key: jwk as JsonWebKey, format: "jwk" });
  } catch {
    return null;
  }
}

/** Those of ASSERTION_ALGORITHMS that a key can be for. */
function algorithmsOf({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): string[] {
  if (type === "ec" && details?.namedCurve === "prime256v1") return ["ES256"];
  if (type === "rsa" && (details?.modulusLength ?? 0) >= MIN_RSA_BITS) return ["RS256"];
  return type === "ed25519" ? ["EdDSA", "Ed25519"] : [];
}

/** Whether a key may verify signatures of one of the algorithms, as far as it says (RFC 7517, section 4). */
function isForOneOf(
  algorithms: readonly string[],
  { use = "sig", alg, key_ops: operations }: PublicKey,
): boolean {
  const verifies = operations === undefined || (Array.isArray(operations) && operations.includes("verify"));
  const isSuited = alg === undefined || (typeof alg === "string" && algorithms.includes(alg));
  return use === "sig" && isSuited && verifies;
}
