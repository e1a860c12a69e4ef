import pLimit from "p-limit";
import { overloaded } from "../errors.js";
import { argon2 } from "./argon2.js";
import { normalisePassword } from "./password-policy.js";
import { ARGON2_PARAMETERS, parseStoredHash } from "./stored-hash.js";

/**
 * Who waits for a hash: an owner (signed in, with a right code, or from an address or device that the account knows) or
 * anybody.
 */
export type HashCaller = "owner" | "stranger";

/**
 * Hashes and verifies passwords, normalised by `normalisePassword`, with bounded concurrency. Callers are strangers unless
 * the call says otherwise.
 */
export interface PasswordHasher {
  /** Returns the hash to store, in PHC format. Throws OVERLOADED. */
  hash(password: string, caller?: HashCaller): Promise<string>;
  /**
   * Verifies `password` against `hash`. If they match, `needsRehash` is true for a hash with parameters other than ours
   * or one taken over from Django. Django hashed passwords as they were typed, so its hashes are compared with the
   * password as it is given too. A hash that is malformed, or would cost too much, matches nothing and costs as much as
   * one of ours. Throws OVERLOADED.
   */
  verify(hash: string, password: string, caller?: HashCaller): Promise<{ ok: boolean; needsRehash: boolean }>;
  /** Costs as much as `verify`, so that an unknown phone number takes as long as a wrong password. Throws OVERLOADED. */
  verifyNothing(password: string, caller?: HashCaller): Promise<void>;
  /** Number of queued calls. */
  readonly waiting: number;
  /** Number of hashes that are being computed. */
  readonly running: number;
}

export interface PasswordHasherOptions {
  /** Maximum number of concurrent hashes; see `hashConcurrency`. */
  concurrency: number;
  /**
   * Maximum number of queued calls (at least 1); further calls throw OVERLOADED immediately. Strangers are refused when
   * three quarters are taken. Owners are served before strangers, and each of them in the order of their calls.
   */
  queueLimit: number;
}

/** The part of the queue that strangers may fill: the rest is for owners, however many strangers guess. */
const STRANGERS_SHARE = 0.75;

/** Retry delay (s) for a rejected caller: enough time for a few dozen hashes. */
const RETRY_AFTER_SECONDS = 1;

/**
 * Returns how many hashes to compute concurrently on a process's part of the cores. Each one occupies one core and one
 * thread of libuv's pool. Two threads stay free, because DNS lookups, file access and WebCrypto use the same pool.
 */
export function hashConcurrency(cores: number, poolThreads: number): number {
  return Math.max(1, Math.min(Math.floor(cores), poolThreads - 2));
}

export function createPasswordHasher({ concurrency, queueLimit }: PasswordHasherOptions): PasswordHasher {
  const limit = pLimit(concurrency);
  const limits: Record<HashCaller, number> = {
    owner: queueLimit,
    stranger: Math.ceil(queueLimit * STRANGERS_SHARE),
  };
  /** What waits in `limit`, which runs one of them for each call, whosever turn it is. */
  const waiting: Record<HashCaller, (() => Promise<void>)[]> = { owner: [], stranger: [] };

  async function limited<T>(caller: HashCaller, work: () => Promise<T>): Promise<T> {
    if (limit.pendingCount >= limits[caller]) throw overloaded(RETRY_AFTER_SECONDS);
    return new Promise((resolve, reject) => {
      waiting[caller].push(() => work().then(resolve, reject));
      void limit(() => (waiting.owner.shift() ?? waiting.stranger.shift())?.());
    });
  }

  async function verifyNothing(password: string, caller: HashCaller = "stranger"): Promise<void> {
    await limited(caller, async () => argon2.waste(normalisePassword(password), ARGON2_PARAMETERS));
  }

  return {
    hash: (password, caller = "stranger") =>
      limited(caller, async () => argon2.hash(normalisePassword(password), ARGON2_PARAMETERS)),

    async verify(hash, password, caller = "stranger") {
      const stored = parseStoredHash(hash);
      if (!stored) {
        await verifyNothing(password, caller);
        return { ok: false, needsRehash: false };
      }
      const normalised = normalisePassword(password);
      const ok = await limited(
        caller,
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

    get running() {
      return limit.activeCount;
    },
  };
}
