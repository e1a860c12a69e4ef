import argon2 from "argon2";
import pLimit from "p-limit";
import { overloaded } from "../errors.js";

/** Hashes and checks passwords, few at a time. Passwords come as `normalisePassword` gives them. */
export interface PasswordHasher {
  /** The hash to store, in PHC form. Throws OVERLOADED. */
  hash(password: string): Promise<string>;
  /**
   * Whether `password` is the one behind `hash`, and if so, whether `hash` is worth making anew (other parameters
   * than ours, or taken over from Django). A hash that can't be read matches nothing and costs the same.
   * Throws OVERLOADED.
   */
  verify(hash: string, password: string): Promise<{ ok: boolean; needsRehash: boolean }>;
  /** Costs what `verify` costs, so that an unknown phone number takes as long as a wrong password. Throws OVERLOADED. */
  verifyNothing(password: string): Promise<void>;
  /** Calls that wait for their turn. */
  readonly waiting: number;
}

export interface PasswordHasherOptions {
  /** Hashes made at the same time: `hashConcurrency`. */
  concurrency: number;
  /** Calls that may wait, at least one, first come first served; the next one is OVERLOADED at once. */
  queueLimit: number;
}

/** contract.md, section 6, after OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one lane. */
const PARAMETERS = { type: argon2.argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/**
 * What a stored hash may ask for at most: above Django's 100 MiB, two passes and eight lanes, and far below what
 * hurts. KiB, passes, lanes.
 */
const MAX_PARAMETERS = { memoryCost: 131_072, timeCost: 10, parallelism: 16 } as const;

/** argon2id in PHC form, with Django's algorithm name before it or not: 8 to 48 bytes of salt, 16 to 64 of hash. */
const READABLE_HASH =
  /^(?<django>argon2)?(?<phc>\$argon2id\$v=19\$m=(?<memory>[1-9]\d{0,6}),t=(?<time>[1-9]\d?),p=(?<lanes>[1-9]\d?)\$[A-Za-z0-9+/]{11,64}\$[A-Za-z0-9+/]{22,86})$/;

/** Salt of the hash that `verifyNothing` makes and throws away. */
const DECOY_SALT = Buffer.alloc(16);

/** Seconds after which a refused caller may try again: enough for some dozens of hashes. */
const RETRY_AFTER_SECONDS = 1;

/**
 * How many hashes to make at the same time: each keeps one core and one thread of libuv's pool busy. Two threads
 * stay free, because DNS look-ups, file access and WebCrypto need the same pool.
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
      const stored = readHash(hash);
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

/** The argon2id hash in `text`; null when there is none, or when checking it would cost too much. */
function readHash(text: string): { phc: string; isDjango: boolean } | null {
  const { django, phc = "", memory, time, lanes } = READABLE_HASH.exec(text)?.groups ?? {};
  const memoryCost = Number(memory);
  const parallelism = Number(lanes);
  const isBounded =
    memoryCost >= 8 * parallelism && // Argon2's own lower bound (RFC 9106, section 3.1).
    memoryCost <= MAX_PARAMETERS.memoryCost &&
    parallelism <= MAX_PARAMETERS.parallelism &&
    Number(time) <= MAX_PARAMETERS.timeCost;
  return isBounded ? { phc, isDjango: django !== undefined } : null;
}
