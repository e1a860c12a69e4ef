import type { Measure } from "../loads/load.js";
import type { Slice } from "./slice.js";
import { type Estimate, estimateMedian, median } from "./statistics.js";

const VALUE_OF: Record<Measure, (slice: Slice) => number> = {
  server: ({ cost }) => cost.server,
  all: ({ cost }) => cost.server + cost.postgres + cost.redis,
  p50: ({ latenciesMs }) => median(latenciesMs),
};

/**
 * How many times as much of `measure` slices have as those of the same rounds that they are compared with. Other programs
 * make calls cost more, and not all calls by the same factor: only the half of the rounds that they disturbed least
 * counts.
 */
export function estimateRatio(
  measure: Measure,
  slices: readonly Slice[],
  others: readonly Slice[],
): Estimate {
  const measured = VALUE_OF[measure];
  const rounds = slices.map((slice, round) => {
    const other = others[round]!;
    const disturbance = slice.disturbance + other.disturbance;
    return { disturbance, ratio: measured(slice) / measured(other) };
  });
  return estimateMedian(leastDisturbed(rounds).map(({ ratio }) => ratio));
}

/** The half of the items that other programs disturbed least. */
export function leastDisturbed<T extends Pick<Slice, "disturbance">>(items: readonly T[]): T[] {
  const sorted = [...items].sort((a, b) => a.disturbance - b.disturbance);
  return sorted.slice(0, Math.ceil(sorted.length / 2));
}
