import type { Config } from "../config.js";
import type { Database } from "../db/database.js";
import type { Logger } from "../system/logger.js";
import type { Random } from "../system/random.js";
import { createKeyFollower, type KeyFollower } from "./follow-keys.js";
import { createKeyCipher, type KeyCipher } from "./key-cipher.js";
import { createKeyRing, type KeyRing } from "./key-ring.js";
import type { KeyRules } from "./rotation-plan.js";
import { createSigningKeyStore, type SigningKeyStore } from "./signing-key-store.js";

/** The keys of access tokens of a process, and what keeps them like those of the database. */
export interface Signing {
  signingKeys: SigningKeyStore;
  keyCipher: KeyCipher;
  /** Empty until `keyFollower` has read the keys. */
  keyRing: KeyRing;
  keyFollower: KeyFollower;
}

interface SigningDeps {
  database: Database;
  /** The first one encrypts keys, all decrypt them. */
  secrets: readonly string[];
  random: Random;
  logger: Logger;
}

export function createSigning(
  config: Pick<Config, "tokens" | "keys">,
  { database, secrets, random, logger }: SigningDeps,
): Signing {
  const signingKeys = createSigningKeyStore(database);
  const keyCipher = createKeyCipher(secrets, random);
  const keyRing = createKeyRing({ keyCipher, logger });
  const keyRules = rulesOf(config);
  const keyFollower = createKeyFollower({ database, signingKeys, keyCipher, keyRing, keyRules, logger });
  return { signingKeys, keyCipher, keyRing, keyFollower };
}

function rulesOf({ tokens, keys }: Pick<Config, "tokens" | "keys">): KeyRules | null {
  const { accessAlgorithm: algorithm, longestAccessTtlSeconds: tokenSeconds } = tokens;
  return algorithm === "HS256" ? null : { ...keys, algorithm, tokenSeconds };
}
