import { leastDisturbed } from "./ratios.js";
import type { Slice } from "./slice.js";
import { type Estimate, median, quantile } from "./statistics.js";

/** A line of the table: what a call costs, and how many times as much something else does. */
export interface Row {
  label: string;
  slices: readonly Slice[];
  ratios: readonly (Estimate & { measure: string })[];
}

const LABEL_WIDTH = 30;
const NUMBER_WIDTH = 9;

const number = (value: number, digits: number) => value.toFixed(digits).padStart(NUMBER_WIDTH);

/** The heads of the columns. CPU times are those of a call, in milliseconds. */
export function heading(): string {
  const names = ["server", "postgres", "redis", "p50", "p99"].map((name) => name.padStart(NUMBER_WIDTH));
  const groups = ["CPU ms a call", "ms"].map((name, index) =>
    name.padStart(NUMBER_WIDTH * (index === 0 ? 3 : 2)),
  );
  return `${"".padEnd(LABEL_WIDTH)}${groups.join("")}\n${"".padEnd(LABEL_WIDTH)}${names.join("")}   ratio (95 % interval)`;
}

/** A line: medians over the half of the slices that was disturbed least, and percentiles over all of their calls. */
export function formatRow({ label, slices: all, ratios }: Row): string {
  const slices = leastDisturbed(all);
  const cost = (name: keyof Slice["cost"]) => number(median(slices.map((slice) => slice.cost[name])), 3);
  const latencies = slices.flatMap(({ latenciesMs }) => latenciesMs);
  const columns = [
    ...[cost("server"), cost("postgres"), cost("redis")],
    ...[number(quantile(latencies, 0.5), 1), number(quantile(latencies, 0.99), 1)],
  ];
  const estimates = ratios.map(
    ({ measure, median: middle, low, high }) =>
      `${measure} × ${middle.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`,
  );
  return `${label.padEnd(LABEL_WIDTH)}${columns.join("")}   ${estimates.join("  ")}`.trimEnd();
}
