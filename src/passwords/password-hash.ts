import argon2 from "argon2";
import pLimit from "p-limit";
import { overloaded } from "../errors.js";

/** Hashes and verifies passwords with bounded concurrency. Passwords must be normalised by `normalisePassword`. */
export interface PasswordHasher {
  /** Returns the hash to store, in PHC format. Throws OVERLOADED. */
  hash(password: string): Promise<string>;
  /**
   * Verifies `password` against `hash`. If they match, `needsRehash` is true for a hash with parameters other than ours
   * or one taken over from Django. A hash that can't be parsed matches nothing and costs the same. Throws OVERLOADED.
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

/** contract.md, section 6, based on OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one lane. */
const PARAMETERS = { type: argon2.argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/**
 * Upper bounds for the parameters of a stored hash, in KiB, passes and lanes: above Django's 100 MiB, two passes and
 * eight lanes, and far below a harmful cost.
 */
const MAX_PARAMETERS = { memoryCost: 131_072, timeCost: 10, parallelism: 16 } as const;

/** argon2id in PHC format, with or without Django's algorithm name: 8 to 48 bytes of salt, 16 to 64 of hash. */
const STORED_HASH =
  /^(?<django>argon2)?(?<phc>\$argon2id\$v=19\$m=(?<memory>[1-9]\d{0,6}),t=(?<time>[1-9]\d?),p=(?<lanes>[1-9]\d?)\$[A-Za-z0-9+/]{11,64}\$[A-Za-z0-9+/]{22,86})$/;

/** Salt of the hash that `verifyNothing` computes and discards. */
const DECOY_SALT = Buffer.alloc(16);

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
    await limited(() => argon2.hash(password, { ...PARAMETERS, salt: DECOY_SALT, raw: true }));
  }

  return {
    hash: (password) => limited(() => argon2.hash(password, PARAMETERS)),

    async verify(hash, password) {
      const stored = parseHash(hash);
      if (!stored) {
        await verifyNothing(password);
        return { ok: false, needsRehash: false };
      }
      const ok = await limited(() => argon2.verify(stored.phc, password));
      return { ok, needsRehash: ok && (stored.isDjango || argon2.needsRehash(stored.phc, PARAMETERS)) };
    },

    verifyNothing,

    get waiting() {
      return limit.pendingCount;
    },
  };
}

/** Parses an argon2id hash; null if `text` is none, or if verifying it would cost too much. */
function parseHash(text: string): { phc: string; isDjango: boolean } | null {
  const { django, phc = "", memory, time, lanes } = STORED_HASH.exec(text)?.groups ?? {};
  const memoryCost = Number(memory);
  const parallelism = Number(lanes);
  const isBounded =
    memoryCost >= 8 * parallelism && // Argon2's own lower bound (RFC 9106, section 3.1).
    memoryCost <= MAX_PARAMETERS.memoryCost &&
    parallelism <= MAX_PARAMETERS.parallelism &&
    Number(time) <= MAX_PARAMETERS.timeCost;
  return isBounded ? { phc, isDjango: django !== undefined } : null;
}
