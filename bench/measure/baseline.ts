import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Estimate } from "./statistics.js";

/** Ratios by the name of load, anchor and measure. */
export type Ratios = Readonly<Record<string, Estimate>>;

/** The ratios that a run must not exceed by much. */
export type Baseline = Readonly<Record<string, number>>;

/** A ratio that is surely greater than this multiple of the baseline's is a failure. */
const TOLERANCE = 1.15;

/**
 * Says which ratios are worse than the baseline's, one line for each: those whose lower bound is more than TOLERANCE
 * times as great. A ratio that the baseline doesn't have is named too.
 */
export function compareWithBaseline(ratios: Ratios, baseline: Baseline): string[] {
  return Object.entries(ratios).flatMap(([name, { median, low }]) => {
    const expected = baseline[name];
    if (expected === undefined) return [`${name}: the baseline does not have it; --write-baseline adds it`];
    const isWorse = low > expected * TOLERANCE;
    const figures = `${median.toFixed(2)} (at least ${low.toFixed(2)}), was ${expected.toFixed(2)}`;
    return isWorse ? [`${name}: ${figures}`] : [];
  });
}

/** An empty baseline if there is no file. */
export function readBaseline(path: string): Baseline {
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Baseline) : {};
}

/** Writes the medians of `ratios`, and keeps what the file has of others. */
export function writeBaseline(path: string, ratios: Ratios): void {
  const measured = Object.entries(ratios).map(
    ([name, { median }]) => [name, Number(median.toFixed(3))] as const,
  );
  const all = { ...readBaseline(path), ...Object.fromEntries(measured) };
  const sorted = Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(path, `${JSON.stringify(sorted, null, 2)}\n`);
}
