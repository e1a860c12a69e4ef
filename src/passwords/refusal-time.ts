import type { MonotonicClock } from "../system/clock.js";
import { createGuessTurns, FREE_TURN, type GuessTurn } from "./guess-turns.js";
import type { PasswordHasher } from "./password-hash.js";
import { hashParameters } from "./stored-hash.js";

/**
 * Makes every refused login take one fixed time while an account has a hash from Django. Comparing with such a hash takes
 * ten times as long or more, so the time of a refusal would tell that the number has an account.
 *
 * Passwords that come at once don't tell it either: those of strangers for one number are compared one after the other, and
 * the nth of them is refused after n times the fixed time. At any moment at most one of them occupies the hash queue.
 */
export interface RefusalTime {
  /**
   * Runs a login for a number. CREDENTIALS_REJECTED is thrown after the fixed time, or when the turn ends that the login has
   * taken; on a busy machine a multiple of the fixed time later.
   */
  hold<T>(phone: string, login: (turn: GuessTurn) => Promise<T>): Promise<T>;
  /** Reads whether accounts have such hashes, and measures the kinds of hashes that are new. */
  refresh(): Promise<void>;
}

export interface RefusalTimeDeps {
  /** Some hashes from Django, the latest ones. */
  findDjangoHashes(): Promise<string[]>;
  hasher: Pick<PasswordHasher, "verify">;
  clock: MonotonicClock;
  /** Resolves after `milliseconds` of the clock's time. */
  wait(milliseconds: number): Promise<void>;
}

/** The fixed time is the time of the costliest hash, times this: a machine is rarely as idle as when it measured. */
const MARGIN = 1.5;
/** Runs per measurement, of which the fastest counts. */
const RUNS = 2;
/** A password that is not in NFC. A hash from Django is compared with it twice. */
const COSTLIEST_PASSWORD = "e\u0301";

export function createRefusalTime({ findDjangoHashes, hasher, clock, wait }: RefusalTimeDeps): RefusalTime {
  /** The time (ms) that each kind of hash takes. */
  const costs = new Map<string, number>();
  const turns = createGuessTurns(clock);
  let fixedMs = 0;

  async function measure(hash: string): Promise<number> {
    const times: number[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      const start = clock.monotonicMs();
      await hasher.verify(hash, COSTLIEST_PASSWORD, "owner");
      times.push(clock.monotonicMs() - start);
    }
    return Math.min(...times);
  }

  return {
    async hold(phone, login) {
      if (fixedMs === 0) return login(FREE_TURN);
      const turn = turns.enter(phone, fixedMs);
      try {
        return await login(turn);
      } catch (error) {
        const remainingMs = turn.remainingMs(error);
        if (remainingMs > 0) await wait(remainingMs);
        throw error;
      } finally {
        turn.leave();
      }
    },

    async refresh() {
      let costliest = 0;
      for (const hash of await findDjangoHashes()) {
        const kind = hashParameters(hash);
        if (kind === null) continue;
        const cost = costs.get(kind) ?? (await measure(hash));
        costs.set(kind, cost);
        costliest = Math.max(costliest, cost);
      }
      fixedMs = costliest * MARGIN;
    },
  };
}

const INTERVAL_MS = 300_000;

/** Refreshes now and every five minutes, until the returned function is called. A failure is reported. */
export function keepRefusalTime(
  { refresh }: Pick<RefusalTime, "refresh">,
  onFailure: (error: unknown) => void,
): () => void {
  const run = () => void refresh().catch(onFailure);
  run();
  const timer = setInterval(run, INTERVAL_MS);
  timer.unref();
  return () => clearInterval(timer);
}
