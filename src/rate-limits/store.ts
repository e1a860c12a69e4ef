/**
 * A limit's count for one key: at most `limit` calls in any `seconds` seconds.
 * The same key always comes with the same limit and seconds.
 */
export interface SlidingWindow {
  /** `limit name : seconds : who is counted`, e.g. `login:60:192.0.2.7`. */
  key: string;
  limit: number;
  seconds: number;
}

/** What a window says about a call. */
export interface WindowUsage {
  /** Calls in the window with this one, when it was let through; `limit + 1` says that this window refuses it. */
  used: number;
  /** Milliseconds until the oldest of the counted calls leaves the window and makes room for one more. */
  resetMs: number;
}

/**
 * Where windows are counted.
 *
 * `take` counts the call in all windows or, when one of them is full, in none: a refused call costs nothing
 * anywhere. The windows roll: each call leaves its window exactly `seconds` after it was counted, so no stretch
 * of time, wherever it begins, holds more than `limit` calls. Windows that start anew all at once, as
 * rate-limiter-flexible counts by itself, let up to twice the limit pass where one ends and the next begins.
 */
export interface RateLimitStore {
  /** One count for each window, in their order. Atomic against every other take on the same store. */
  consume(windows: readonly SlidingWindow[]): Promise<WindowUsage[]>;
}
