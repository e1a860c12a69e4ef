import type { KeyAlgorithm } from "../../src/signing-keys/algorithms.js";
import { createKeyCipher, type KeyCipher } from "../../src/signing-keys/key-cipher.js";
import { newSealedKey } from "../../src/signing-keys/signing-key.js";
import type { StoredKey } from "../../src/signing-keys/signing-key-store.js";
import { addSeconds } from "../../src/system/clock.js";
import { systemRandom } from "../../src/system/random.js";

/** When the keys of the tests are read. */
export const NOW = new Date("2026-06-01T12:00:00Z");

export const testCipher: KeyCipher = createKeyCipher(["a secret"], systemRandom);

/** A key that has stood by for a day, with other values where `values` has them. */
export async function storedKey(
  values: Partial<StoredKey> = {},
  algorithm: KeyAlgorithm = "ES256",
): Promise<StoredKey> {
  return {
    ...(await newSealedKey(testCipher, algorithm)),
    createdAt: addSeconds(NOW, -86_400),
    signsFrom: NOW,
    signingSince: null,
    retiredAt: null,
    expiresAt: null,
    tokenSeconds: 900,
    revokedAt: null,
    revokedReason: null,
    readAt: NOW,
    ...values,
  };
}
