import pLimit from "p-limit";
import { overloaded } from "../errors.js";
import { argon2 } from "./argon2.js";
import { normalisePassword } from "./password-policy.js";
import { ARGON2_PARAMETERS, parseStoredHash } from "./stored-hash.js";

/** Hashes and verifies passwords, normalised by `normalisePassword`, with bounded concurrency. */
export interface PasswordHasher {
  /** Returns the hash to store, in PHC format. Throws OVERLOADED. */
  hash(password: string): Promise<string>;
  /**
   * Verifies `password` against `hash`. If they match, `needsRehash` is true for a hash with parameters other than ours
   * or one taken over from Django. Django hashed passwords as they were typed, so its hashes are compared with the
   * password as it is given too. A hash that is malformed, or would cost too much, matches nothing and costs as much as
   * one of ours. Throws OVERLOADED.
   */
  verify(hash: string, password: string): Promise<{ ok: boolean; needsRehash: boolean }>;
  /** Costs as much as `verify`, so that an unknown phone number takes as long as a wrong password. Throws OVERLOADED. */
  verifyNothing(password: string): Promise<void>;
  /** Number of queued calls. */
  readonly waiting: number;
}

export interface PasswordHasherOptions {
  /** Maximum number of concurrent hashes; see `hashConcurrency`. */
  concurrency: number;
  /** Maximum number of queued calls (at least 1, first in, first out); further calls throw OVERLOADED immediately. */
  queueLimit: number;
}

/** Retry delay (s) for a rejected caller: enough time for a few dozen hashes. */
const RETRY_AFTER_SECONDS = 1;

/**
 * Returns how many hashes to compute concurrently. Each one occupies one core and one thread of libuv's pool. Two
 * threads stay free, because DNS lookups, file access and WebCrypto use the same pool.
 */
export function hashConcurrency(cores: number, poolThreads: number): number {
  return Math.max(1, Math.min(cores, poolThreads - 2));
}

export function createPasswordHasher({ concurrency, queueLimit }: PasswordHasherOptions): PasswordHasher {
  const limit = pLimit(concurrency);

  async function limited<T>(work: () => Promise<T>): Promise<T> {
    if (limit.pendingCount >= queueLimit) throw overloaded(RETRY_AFTER_SECONDS);
    return limit(work);
  }

  async function verifyNothing(password: string): Promise<void> {
    await limited(() => argon2.waste(normalisePassword(password), ARGON2_PARAMETERS));
  }

  return {
    hash: (password) => limited(() => argon2.hash(normalisePassword(password), ARGON2_PARAMETERS)),

    async verify(hash, password) {
      const stored = parseStoredHash(hash);
      if (!stored) {
        await verifyNothing(password);
        return { ok: false, needsRehash: false };
      }
      const normalised = normalisePassword(password);
      const ok = await limited(
        async () =>
          (await stored.matches(normalised)) ||
          (stored.isDjango && password !== normalised && (await stored.matches(password))),
      );
      return { ok, needsRehash: ok && stored.isOutdated };
    },

    verifyNothing,

    get waiting() {
      return limit.pendingCount;
    },
  };
}
