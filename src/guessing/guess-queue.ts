import { DomainError } from "../errors.js";

/**
 * Lets passwords wait for those that are being compared. Each counts as wrong until it is found right, so many right ones
 * at once would refuse each other; here a refused one counts again when an earlier one of this process was taken back.
 */
export interface GuessQueue {
  /**
   * Counts a guess and passes it to `compare`, which throws CREDENTIALS_REJECTED or CURRENT_PASSWORD_INCORRECT only if
   * the guess stays counted. `compare` gets a count without a guess if no earlier guess was taken back. Guesses with the
   * same `key` wait for each other.
   */
  run<Count extends { guess: object | null }, T>(
    key: string,
    count: () => Promise<Count>,
    compare: (counted: Count) => Promise<T>,
  ): Promise<T>;
}

/** The calls of one key. */
interface Line {
  /** All calls, until they end. */
  calls: number;
  /** Guesses that are compared, and calls that count again. */
  busy: number;
  /** How many guesses were taken back. */
  takenBack: number;
  /** Wakes a refused call; true: it counts again, false: it is refused. */
  waiting: ((isFree: boolean) => void)[];
}

const isWrong = (error: unknown) =>
  error instanceof DomainError &&
  (error.reason === "CREDENTIALS_REJECTED" || error.reason === "CURRENT_PASSWORD_INCORRECT");

export function createGuessQueue(): GuessQueue {
  const lines = new Map<string, Line>();

  /** One of the busy calls is done. */
  function leave(line: Line, isTakenBack: boolean): void {
    line.busy -= 1;
    if (isTakenBack) {
      line.takenBack += 1;
      const next = line.waiting.shift();
      if (next) line.busy += 1;
      next?.(true);
    }
    if (line.busy === 0) for (const refuse of line.waiting.splice(0)) refuse(false);
  }

  /** Counts until the guess is counted, or nothing is left to wait for. A counted guess is busy. */
  async function countInLine<Count extends { guess: object | null }>(
    line: Line,
    count: () => Promise<Count>,
  ): Promise<Count> {
    line.busy += 1;
    for (;;) {
      const { takenBack } = line;
      const counted = await count().catch((error: unknown) => {
        leave(line, false);
        throw error;
      });
      if (counted.guess) return counted;
      // Taken back while the statement ran.
      if (line.takenBack !== takenBack) continue;
      const isFree = new Promise<boolean>((resolve) => line.waiting.push(resolve));
      leave(line, false);
      if (!(await isFree)) return counted;
    }
  }

  async function compareInLine<Count extends { guess: object | null }, T>(
    line: Line,
    counted: Count,
    compare: (counted: Count) => Promise<T>,
  ): Promise<T> {
    if (!counted.guess) return compare(counted);
    try {
      const result = await compare(counted);
      leave(line, true);
      return result;
    } catch (error) {
      leave(line, !isWrong(error));
      throw error;
    }
  }

  return {
    async run(key, count, compare) {
      const line = lines.get(key) ?? { calls: 0, busy: 0, takenBack: 0, waiting: [] };
      lines.set(key, line);
      line.calls += 1;
      try {
        return await compareInLine(line, await countInLine(line, count), compare);
      } finally {
        line.calls -= 1;
        if (line.calls === 0) lines.delete(key);
      }
    },
  };
}
