import type { Config } from "../config.js";
import { systemClock } from "../system/clock.js";
import type { Logger } from "../system/logger.js";
import { packageVersion } from "../system/package-version.js";
import { type Metrics, NO_METRICS } from "../telemetry/metrics.js";
import type { MetricsServer } from "../telemetry/metrics-server.js";
import type { ServerProcess } from "./server-process.js";
import type { WorkersMetrics } from "./worker-metrics.js";

// The modules that need prom-client are loaded only where METRICS_PORT is set.

/** The metrics of a server. */
export interface ServerMetrics {
  metrics: Metrics;
  /** Ends them, after everything that counts. */
  end(): Promise<void>;
}

/**
 * Opens the metrics of this server, and serves them on the configured port; those of a worker are served by its supervisor.
 * Without METRICS_PORT nothing is counted. Rejects if the port can't be opened.
 */
export async function openMetrics(
  { metrics: address }: Pick<Config, "metrics">,
  { supervisor }: Pick<ServerProcess, "supervisor">,
  logger: Logger,
): Promise<ServerMetrics> {
  if (!address) return { metrics: NO_METRICS, end: async () => {} };
  const { createPrometheusMetrics } = await import("../telemetry/prometheus-metrics.js");
  const metrics = createPrometheusMetrics(packageVersion());
  if (supervisor) {
    const report = async () => supervisor.reportMetrics(await metrics.snapshot());
    supervisor.onMetricsRequest(() => void report().catch(logFailure(logger)));
    return { metrics, end: report };
  }
  const { toPrometheusText } = await import("../telemetry/merge-snapshots.js");
  const read = async () => toPrometheusText([await metrics.snapshot()]);
  const server = await serve(address, read, logger);
  return { metrics, end: server.close };
}

/** Opens the metrics of all workers of a supervisor; null without METRICS_PORT. Rejects if the port can't be opened. */
export async function openWorkersMetrics(
  { metrics: address }: Pick<Config, "metrics">,
  logger: Logger,
): Promise<(Pick<WorkersMetrics, "add"> & Pick<MetricsServer, "close">) | null> {
  if (!address) return null;
  const { createWorkersMetrics } = await import("./worker-metrics.js");
  const { add, read } = createWorkersMetrics(systemClock.now());
  const { close } = await serve(address, read, logger);
  return { add, close };
}

async function serve(
  address: { host: string; port: number },
  read: () => Promise<string>,
  logger: Logger,
): Promise<MetricsServer> {
  const { serveMetrics } = await import("../telemetry/metrics-server.js");
  const { PROMETHEUS_TYPE: contentType } = await import("../telemetry/merge-snapshots.js");
  const server = await serveMetrics({ ...address, contentType, read, onFailure: logFailure(logger) });
  const { address: host, port } = server.address;
  logger.info({ address: host, port }, "serving metrics");
  return server;
}

const logFailure = (logger: Logger) => (error: unknown) =>
  logger.error({ err: error }, "the metrics could not be read");
