import { setImmediate as nextTurn } from "node:timers/promises";
import type { PasswordHasher } from "../../src/passwords/password-hash.js";

/** Hashes per password: several, so that two accounts, or two changes in a row, don't get the same one. */
const HASHES_PER_PASSWORD = 4;

const hashes = new Map<string, string[]>();
const verdicts = new Map<string, Awaited<ReturnType<PasswordHasher["verify"]>>>();

/**
 * `hasher` with a cache for all test files of a process. The hashes are those that
 * `hasher` computes; their cost, and the queue for them, is not simulated.
 */
export function rememberingHasher(hasher: PasswordHasher): PasswordHasher {
  return {
    async hash(password, caller) {
      const known = hashes.get(password) ?? [];
      hashes.set(password, known);
      const next = known.length < HASHES_PER_PASSWORD ? undefined : known.shift();
      if (next) await nextTurn();
      const hash = next ?? (await hasher.hash(password, caller));
      known.push(hash);
      return hash;
    },
    async verify(hash, password, caller) {
      const key = JSON.stringify([hash, password]);
      const known = verdicts.get(key);
      if (known) await nextTurn();
      const verdict = known ?? (await hasher.verify(hash, password, caller));
      verdicts.set(key, verdict);
      return verdict;
    },
    verifyNothing: () => nextTurn(),
    get waiting() {
      return hasher.waiting;
    },
    get running() {
      return hasher.running;
    },
  };
}
