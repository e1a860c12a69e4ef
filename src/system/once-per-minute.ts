import type { Clock } from "./clock.js";

/** Calls `report` at most once a minute. */
export function oncePerMinute<T>(clock: Clock, report: (value: T) => void): (value: T) => void {
  let quietUntilMs = Number.NEGATIVE_INFINITY;
  return (value) => {
    const nowMs = clock.now().getTime();
    if (nowMs < quietUntilMs) return;
    quietUntilMs = nowMs + 60_000;
    report(value);
  };
}
