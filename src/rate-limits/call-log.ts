/** Calls that a window counts one by one. Beyond that it counts in as many parts of its span. */
export const MAX_EXACT_CALLS = 100;

/**
 * The part of a window's span (ms) in which calls are counted together; 0: each call is counted by itself. The calls of
 * a part leave the window together, with the last of them: up to a hundredth of the span later than each by itself. So a
 * window never lets more calls pass than its limit, and its memory doesn't grow with the limit.
 */
export function partMs({ limit, seconds }: { limit: number; seconds: number }): number {
  return limit > MAX_EXACT_CALLS ? (seconds * 1000) / MAX_EXACT_CALLS : 0;
}

/**
 * The calls in one window. Times are in milliseconds of one clock, and never decrease. A class, because there are tens
 * of thousands of them, and functions of their own would take more memory than the calls.
 */
export class CallLog {
  /** The time of the last call of each entry, oldest first. */
  readonly #times: number[] = [];
  /** The calls of each entry; absent as long as each is one call. */
  #counts: number[] | undefined;
  #calls = 0;

  /** Calls in the window. */
  get calls(): number {
    return this.#calls;
  }

  /** Entries that take memory. */
  get size(): number {
    return this.#times.length;
  }

  /** The last one of the calls that leave next; undefined in an empty log. */
  get oldest(): number | undefined {
    return this.#times[0];
  }

  /** Drops the calls at `end` and earlier. */
  dropUntil(end: number): void {
    const kept = this.#times.findIndex((time) => time > end);
    this.#drop(0, kept === -1 ? this.#times.length : kept);
  }

  /** Adds a call, to those in the same part of `part` milliseconds. */
  add(now: number, part: number): void {
    const newest = this.#times.length - 1;
    const isSamePart = part > 0 && Math.floor(this.#times[newest]! / part) === Math.floor(now / part);
    if (isSamePart) {
      this.#counts ??= this.#times.map(() => 1);
      this.#counts[newest]! += 1;
      this.#times[newest] = now;
    } else {
      this.#times.push(now);
      this.#counts?.push(1);
    }
    this.#calls += 1;
  }

  /** Removes a call that was added at `time`, if it is still there. */
  remove(time: number): void {
    const index = this.#times.findIndex((last) => last >= time);
    if (index === -1) return;
    if (!this.#counts || this.#counts[index] === 1) {
      this.#drop(index, 1);
    } else {
      this.#counts[index]! -= 1;
      this.#calls -= 1;
    }
  }

  #drop(first: number, entries: number): void {
    this.#times.splice(first, entries);
    const counts = this.#counts?.splice(first, entries);
    this.#calls -= counts ? counts.reduce((sum, count) => sum + count, 0) : entries;
  }
}
