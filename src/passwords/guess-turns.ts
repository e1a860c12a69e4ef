import pLimit, { type LimitFunction } from "p-limit";
import { DomainError, overloaded } from "../errors.js";
import type { MonotonicClock } from "../system/clock.js";

/** The turn of a login among those of strangers for its number. A login that takes none waits for no other. */
export interface GuessTurn {
  /**
   * Takes the next turn, for a password of a stranger that was counted. One that is not compared, because its count is
   * full, is refused with the last turn so far: how long it waited for the others must not show.
   */
  take(isCompared: boolean): void;
  /** Compares a password when all those with an earlier turn were. Throws OVERLOADED if too many turns are taken. */
  run<T>(compare: () => Promise<T>): Promise<T>;
}

/** A turn whose end is the time at which the login is refused. */
interface TimedTurn extends GuessTurn {
  /** The time (ms) until the login is to fail with `error`: 0 if the error tells nothing about the account. */
  remainingMs(error: unknown): number;
  /** Call it when the login was answered. */
  leave(): void;
}

/** Lets strangers' passwords for one number be compared one after the other, in turns of a fixed length. */
export interface GuessTurns {
  /** Registers a login that starts now. */
  enter(phone: string, turnMs: number): TimedTurn;
}

/** The logins for one number. */
interface Line {
  /** Logins that have not been answered. */
  logins: number;
  /** When the last turn ends (ms, monotonic). */
  endMs: number;
  /** Runs one comparison at a time. */
  limit: LimitFunction;
}

/** Maximum number of turns of one number that are taken at a time: a further login would wait too long. */
const MAX_TURNS = 16;
/** Retry delay (s) for a caller who gets no turn. */
const RETRY_AFTER_SECONDS = 1;

/** The turn of a login that waits for no other, and is not timed. */
export const FREE_TURN: GuessTurn = { take: () => {}, run: (compare) => compare() };

export function createGuessTurns(clock: MonotonicClock): GuessTurns {
  const lines = new Map<string, Line>();
  return {
    enter(phone, turnMs) {
      const line = lines.get(phone) ?? { logins: 0, endMs: 0, limit: pLimit(1) };
      lines.set(phone, line);
      line.logins += 1;
      return {
        ...createTurn(line, clock, turnMs),
        leave() {
          line.logins -= 1;
          if (line.logins === 0) lines.delete(phone);
        },
      };
    },
  };
}

function createTurn(line: Line, clock: MonotonicClock, turnMs: number): Omit<TimedTurn, "leave"> {
  const startMs = clock.monotonicMs();
  let endMs = startMs + turnMs;
  let timedReason = "CREDENTIALS_REJECTED";
  let run = FREE_TURN.run;
  return {
    take(isCompared) {
      timedReason = "CREDENTIALS_REJECTED";
      if (!isCompared) {
        if (line.endMs <= clock.monotonicMs()) return;
        endMs = line.endMs;
        timedReason = "RATE_LIMITED";
        return;
      }
      const turnStartMs = Math.max(line.endMs, startMs);
      // Counted in turns and not in comparisons, which would tell how long they take.
      if (turnStartMs - startMs >= MAX_TURNS * turnMs) {
        run = () => Promise.reject(overloaded(RETRY_AFTER_SECONDS));
        return;
      }
      endMs = turnStartMs + turnMs;
      line.endMs = endMs;
      run = (compare) => line.limit(compare);
    },
    run: (compare) => run(compare),
    remainingMs(error) {
      if (!(error instanceof DomainError) || error.reason !== timedReason) return 0;
      const lateMs = clock.monotonicMs() - endMs;
      return Math.max(0, Math.ceil(lateMs / turnMs)) * turnMs - lateMs;
    },
  };
}
