/** The current time, passed in as a dependency so that tests can set it. */
export interface Clock {
  now(): Date;
}

/** Measures durations. */
export interface MonotonicClock {
  /** Time (ms) since an arbitrary moment. Unlike `now`, it never jumps when the system's time is set. */
  monotonicMs(): number;
}

export const systemClock: Clock & MonotonicClock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
};

/** Seconds since the epoch, rounded down: the unit of JWT claims (RFC 7519, NumericDate). */
export function epochSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}

/** Adds `seconds`, which may be negative, to `date`. */
export function addSeconds(date: Date, seconds: number): Date {
  return new Date(date.getTime() + seconds * 1000);
}

/** Time (ms, to a tenth) since `start`, a value of `performance.now()`: what the log line of a call says. */
export function millisecondsSince(start: number): number {
  return Math.round((performance.now() - start) * 10) / 10;
}
