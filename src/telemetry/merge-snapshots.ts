import { AggregatorRegistry } from "prom-client";
import type { MetricsSnapshot } from "./metrics.js";

/** The content type of `toPrometheusText`. */
export const PROMETHEUS_TYPE = AggregatorRegistry.PROMETHEUS_CONTENT_TYPE;

/** Adds the snapshots of several processes up, and writes them in Prometheus's text format. */
export function toPrometheusText(snapshots: readonly MetricsSnapshot[]): Promise<string> {
  return AggregatorRegistry.aggregate([...snapshots]).metrics();
}

/** What of these snapshots remains when their processes have ended: counters never go back. */
export async function toTotals(snapshots: readonly MetricsSnapshot[]): Promise<MetricsSnapshot> {
  const lasting = snapshots.map((snapshot) =>
    snapshot.filter(({ type }) => ["counter", "histogram"].includes(String(type))),
  );
  return (await AggregatorRegistry.aggregate(lasting).getMetricsAsJSON()) as MetricsSnapshot;
}
