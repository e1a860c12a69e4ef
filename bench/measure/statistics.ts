/** A median, and an interval that holds the true one with a confidence of at least 95 %. */
export interface Estimate {
  median: number;
  low: number;
  high: number;
}

const CONFIDENCE = 0.95;

const ascending = (values: readonly number[]) => [...values].sort((a, b) => a - b);

/** The value that a share of `values` doesn't exceed: `0.99` gives the 99th percentile. NaN if there are none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = ascending(values);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** NaN if there are no values. */
export function median(values: readonly number[]): number {
  const sorted = ascending(values);
  const upper = Math.floor(sorted.length / 2);
  return ((sorted[sorted.length - 1 - upper] ?? Number.NaN) + (sorted[upper] ?? Number.NaN)) / 2;
}

/**
 * The median and its interval between two of the sorted values. Each value lies below the true median as often as
 * above it, so how many lie below is binomial. That is all it assumes: single values that a busy machine made large
 * move neither the median nor the interval. Fewer than six values have no such interval: it ends at the outermost ones.
 */
export function estimateMedian(values: readonly number[]): Estimate {
  const sorted = ascending(values);
  const rank = lowerRank(sorted.length);
  return {
    median: median(sorted),
    low: sorted[rank] ?? Number.NaN,
    high: sorted[sorted.length - 1 - rank] ?? Number.NaN,
  };
}

/** The largest index that the lower end of the interval of `count` sorted values may have. */
function lowerRank(count: number): number {
  let probability = 0.5 ** count;
  let atMostRank = probability;
  for (let rank = 0; ; rank += 1) {
    probability *= (count - rank) / (rank + 1);
    atMostRank += probability;
    if (atMostRank > (1 - CONFIDENCE) / 2) return rank;
  }
}
