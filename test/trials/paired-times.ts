/** Times (ms) of one class of calls, one a round, beside those of two classes that are the same: the controls. */
export interface PairedTimes {
  control: readonly [readonly number[], readonly number[]];
  times: readonly number[];
}

/** How a class compares with its controls. All in ms but `ratio`. */
export interface Comparison {
  medianMs: number;
  /** Medians of the differences from the controls, and of the multiples of them, in each round. */
  shiftMs: number;
  ratio: number;
  /** Difference that chance and the controls explain. */
  boundMs: number;
}

/** Standard errors that chance explains: with a dozen comparisons, far beyond what a run meets. */
const STANDARD_ERRORS = 6;
/** Part of the controls' median below which a difference doesn't matter: no network shows so little. */
const TOLERANCE = 0.05;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}

/** Standard error of the median, from the median absolute deviation, which outliers of a busy machine don't move. */
function standardError(values: readonly number[]): number {
  const center = median(values);
  return (
    (1.2533 * 1.4826 * median(values.map((value) => Math.abs(value - center)))) / Math.sqrt(values.length)
  );
}

/**
 * Compares round by round, so that what slows the machine for a while slows all classes alike. Each control is subtracted
 * on its own: their mean would be skewed, because calls are late now and then and never early.
 */
export function compareTimes({ control: [first, second], times }: PairedTimes): Comparison {
  const controlMs = median([...first, ...second]);
  const fromFirst = times.map((time, round) => time - first[round]!);
  const fromSecond = times.map((time, round) => time - second[round]!);
  const ratios = times.flatMap((time, round) => [time / first[round]!, time / second[round]!]);
  return {
    medianMs: median(times),
    shiftMs: median([...fromFirst, ...fromSecond]),
    ratio: median(ratios),
    boundMs:
      2 * Math.abs(median(first.map((time, round) => time - second[round]!))) +
      STANDARD_ERRORS * standardError(fromFirst) +
      TOLERANCE * controlMs,
  };
}

/** A row of a table of comparisons. */
export const rowOf = (name: string, { medianMs, ratio }: Comparison) =>
  `  ${name.padEnd(12)}${medianMs.toFixed(2).padStart(8)} ms${ratio.toFixed(2).padStart(7)}`;
