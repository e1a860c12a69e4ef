import { createHmac } from "node:crypto";
import { knownAddressKey } from "../system/address-key.js";
import type { Random } from "../system/random.js";

/** Time (s) that a registration waits for its activation (contract.md, section 6). */
export const REGISTRATION_TTL_SECONDS = 86_400;

/** What a caller who means a registration shows for it. */
export interface RegistrationClaim {
  /** Digests of the secret that the caller carries, under each key; null if the caller carries none. */
  tokenDigests: Buffer[] | null;
  /** The network that the caller calls from; null if it is unknown. */
  network: string | null;
  /** The caller's IP address. */
  address: string;
}

/** A new secret that names a registration: 128 random bits in base64url. Only Register returns it. */
export function newRegistrationToken(random: Random): string {
  return random.bytes(16).toString("base64url");
}

/** The stored form of the secret: HMAC-SHA-256 with a key that is not in the database. */
export function registrationTokenDigest(key: Uint8Array, token: string): Buffer {
  return createHmac("sha256", key).update(`registration:${token}`).digest();
}

/** The claim of a call. White space around the secret is ignored; an empty one counts as none. */
export function claimOf(
  keys: readonly Uint8Array[],
  { registration, address }: { registration: string; address: string },
): RegistrationClaim {
  const token = registration.trim();
  return {
    tokenDigests: token === "" ? null : keys.map((key) => registrationTokenDigest(key, token)),
    network: knownAddressKey(address),
    address,
  };
}
