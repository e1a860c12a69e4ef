/**
 * A limit of one caller: at most `limit` calls in any `seconds` seconds.
 * The same key always has the same limit and seconds, and occurs once among the windows of a call.
 */
export interface SlidingWindow {
  /** `limit name:seconds:subject`, e.g. `login:60:192.0.2.7`. */
  key: string;
  limit: number;
  seconds: number;
  /** The address key of a caller who can choose among any number of keys; absent if the key is the caller's only one. */
  chosenBy?: string;
  /** The phone number that the window counts, as a digest; absent if it counts none. */
  phone?: string;
}

/** How far a window is used up after a call. */
export interface WindowUsage {
  /** Calls in the window, including this one if it passes. `limit + 1` when this window refuses the call. */
  used: number;
  /** Milliseconds until the window has room for one more call: until the oldest of its calls leaves. */
  resetMs: number;
}

/** What a call was charged. */
export interface Charge {
  /** One usage per window of the call, in the same order. */
  usages: WindowUsage[];
  /**
   * Takes the call out of its windows that count a phone number; the others keep it. For a refused call, and when
   * repeated, it does nothing. Until then the call counts like any other.
   */
  giveBack(): Promise<void>;
}

/**
 * Counts calls in sliding windows.
 *
 * `consume` charges a call to all of its windows or, when one of them is full, to none: a refused call costs nothing.
 * Each call leaves a window `seconds` after it was charged, or a little later (`partMs`), so no span of that length holds
 * more than `limit` calls. Fixed windows, which rate-limiter-flexible counts by default, let up to twice the limit pass
 * around the moment where one ends and the next begins.
 */
export interface RateLimitStore {
  /** Concurrent calls never exceed a limit. */
  consume(windows: readonly SlidingWindow[]): Promise<Charge>;
  /**
   * Starts all windows of a phone number (`SlidingWindow.phone`) anew, at every address. Calls that are being charged
   * may still count in the windows before.
   */
  clear(phone: string): Promise<void>;
}
