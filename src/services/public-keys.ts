import { createPublicKey, type JsonWebKey } from "node:crypto";
import { LoggableError } from "../system/loggable-error.js";
import type { PublicKey } from "./service.js";

/** The algorithms that a service may sign its assertions with (RFC 7518, RFC 8037; RFC 9864 renames EdDSA). */
export const ASSERTION_ALGORITHMS = ["ES256", "Ed25519", "EdDSA", "RS256"];

/** Most keys of a service: that in use, and those around a change. */
const MAX_KEYS = 10;
const MIN_RSA_BITS = 2048;
/** The members of a JWK that only a private or secret key has (RFC 7518, section 6). */
const PRIVATE_MEMBERS = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/** Why a set of keys is refused; for the operator who gave it. */
export class PublicKeysError extends LoggableError {}

/**
 * Reads the public keys of a service from a JWK Set or a JWK (RFC 7517).
 *
 * Throws a PublicKeysError for anything else, for a private key, and for a key that ASSERTION_ALGORITHMS don't use. Several
 * keys need different names (`kid`), so that an assertion can say which one signed it.
 */
export function readPublicKeys(text: string): PublicKey[] {
  const keys = readKeys(text);
  if (keys.length === 0 || keys.length > MAX_KEYS) {
    throw new PublicKeysError(`There must be 1 to ${MAX_KEYS} keys.`);
  }
  for (const [index, key] of keys.entries()) checkKey(key, index + 1);
  const names = keys.map(({ kid }) => kid);
  const areNamed = names.every((name) => typeof name === "string" && name !== "");
  if (keys.length > 1 && !(areNamed && new Set(names).size === keys.length)) {
    throw new PublicKeysError('Each of several keys needs a "kid" of its own.');
  }
  return keys;
}

function readKeys(text: string): PublicKey[] {
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

function checkKey(key: PublicKey, number: number): void {
  if (PRIVATE_MEMBERS.some((name) => name in key)) {
    throw new PublicKeysError(
      `Key ${number} is a private or secret one: give only the public half, and make a new pair if this file was shared.`,
    );
  }
  if (!isUsable(key)) {
    throw new PublicKeysError(
      `Key ${number} is none that the service can use: EC with P-256, OKP with Ed25519, or RSA with ${MIN_RSA_BITS} bits or more.`,
    );
  }
}

function isUsable(key: PublicKey): boolean {
  try {
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = createPublicKey({
      key: key as JsonWebKey,
      format: "jwk",
    });
    if (type === "rsa") return (details?.modulusLength ?? 0) >= MIN_RSA_BITS;
    return type === "ed25519" || (type === "ec" && details?.namedCurve === "prime256v1");
  } catch {
    return false;
  }
}
