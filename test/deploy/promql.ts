import { METRICS } from "./exported-metrics.js";

/** Labels that Prometheus adds to every series. */
const TARGET_LABELS = ["job", "instance"];

/** Words of PromQL that are no names of metrics. */
const KEYWORDS = ["and", "or", "unless", "by", "on"];

/** The labels of a series of METRICS, or of `up`, which Prometheus makes itself; undefined if there is no such series. */
function labelsOf(name: string): Readonly<Record<string, readonly string[]>> | undefined {
  if (name === "up") return {};
  const [, base = name, suffix] = /^(.+)_(bucket|sum|count)$/.exec(name) ?? [];
  const histogram = METRICS[base];
  if (suffix && histogram?.type === "histogram") {
    return suffix === "bucket" ? { ...histogram.labels, le: [] } : histogram.labels;
  }
  const metric = METRICS[name];
  return metric?.type === "histogram" ? undefined : metric?.labels;
}

/** The values that a matcher names: the one, or those between which a plain pattern (`a|b`) chooses. */
function namedValues(operator: string, value: string): string[] {
  if (operator === "=" || operator === "!=") return [value];
  return /^[\w|]+$/.test(value) ? value.split("|") : [];
}

function matcherFaults(
  metric: string,
  matchers: string,
  labels: Readonly<Record<string, readonly string[]>>,
): string[] {
  return [...matchers.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)].flatMap(
    ([, label = "", operator = "", value = ""]) => {
      if (TARGET_LABELS.includes(label)) return [];
      const values = labels[label];
      if (!values) return [`${metric} has no label ${label}`];
      return namedValues(operator, value)
        .filter((named) => !values.includes(named))
        .map((named) => `${metric} has no ${label}="${named}"`);
    },
  );
}

const SELECTOR = /([a-z_]\w*)\{([^}]*)\}/g;
const GROUPING = /\b(?:by|on) \(([^)]*)\)/g;

function groupingFaults(expr: string, metrics: readonly string[]): string[] {
  const labels = new Set([...TARGET_LABELS, ...metrics.flatMap((name) => Object.keys(labelsOf(name) ?? {}))]);
  return [...expr.matchAll(GROUPING)]
    .flatMap(([, grouped = ""]) => grouped.split(", "))
    .filter((label) => !labels.has(label))
    .map((label) => `nothing has the label ${label}`);
}

/**
 * What is wrong with the names in an expression: metrics, labels and their values that the service doesn't export, and
 * metrics without a matcher. `records` are the recording rules that it may use.
 */
export function faultsOf(expr: string, records: readonly string[] = []): string[] {
  const selectors = [...expr.matchAll(SELECTOR)].map(([, metric = "", matchers = ""]) => ({
    metric,
    matchers,
  }));
  const rest = expr.replace(SELECTOR, "");
  const words = rest.replace(GROUPING, "").replace(/\[[^\]]*\]/g, "");
  const names = [...words.matchAll(/[a-z_][\w:]*(?!\w*\s*\()/g)].map(([name]) => name);
  return [
    ...selectors.flatMap(({ metric, matchers }) => {
      const labels = labelsOf(metric);
      return labels ? matcherFaults(metric, matchers, labels) : [`${metric} is not exported`];
    }),
    ...groupingFaults(
      rest,
      selectors.map(({ metric }) => metric),
    ),
    ...names
      .filter((name) => !KEYWORDS.includes(name) && !records.includes(name))
      .map((name) => `${name} has no matcher`),
  ];
}
