import { collectDefaultMetrics, Histogram, Registry } from "prom-client";
import { outcomesOf } from "./call-outcomes.js";
import { createCounters } from "./counters.js";
import type { Metrics } from "./metrics.js";
import { RPC_SYSTEMS, statusCode } from "./rpc-conventions.js";
import { registerProcess, watchGauges } from "./watch-gauges.js";

/**
 * The buckets (s) that OpenTelemetry advises for the duration of calls, without some, and with 2: the specification's
 * threshold.
 */
const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10];
/** How often (ms) the event loop is looked at; by default every 10 ms, which a process that idles would notice. */
const EVENT_LOOP_PRECISION_MS = 20;

/** Creates the metrics of this process, in Prometheus's data model. `version` is the program's. */
export function createPrometheusMetrics(version: string): Metrics {
  const register = new Registry();
  collectDefaultMetrics({ register, eventLoopMonitoringPrecision: EVENT_LOOP_PRECISION_MS });
  // Of several processes the youngest one; by default there is none in a sum.
  Object.assign(register.getSingleMetric("process_start_time_seconds") ?? {}, { aggregator: "max" });
  const durations = new Histogram({
    name: "rpc_server_call_duration_seconds",
    help: "Duration of calls, until the last response of a stream.",
    labelNames: ["rpc_system_name", "rpc_method", "rpc_response_status_code", "error_type"],
    buckets: DURATION_BUCKETS,
    registers: [register],
  });
  const counters = createCounters(register);
  registerProcess(register, version);

  return {
    callEnded({ protocol, method, status, reason, seconds }) {
      const labels = {
        rpc_system_name: RPC_SYSTEMS[protocol],
        rpc_method: method,
        rpc_response_status_code: statusCode(status),
        error_type: reason ?? "",
      };
      durations.observe(labels, seconds);
      for (const { counter, labels } of outcomesOf(method, status === "ok", reason)) {
        counters[counter].inc(labels);
      }
    },
    oauthRequestEnded: ({ endpoint, error }) => counters.oauthRequests.inc({ endpoint, error: error ?? "" }),
    actCommitted({ action, actor, sessionCount }) {
      counters.acts.inc({ action, actor });
      if (sessionCount > 0) counters.sessions.inc({ event: "ended" }, sessionCount);
      if (action === "refresh_reused") counters.sessions.inc({ event: "reused" });
    },
    smsEnded(kind, outcome) {
      const isCode = kind !== "confirmation" && kind !== "notice";
      counters.sms.inc({ kind: isCode ? "code" : kind, outcome });
      if (isCode && outcome === "accepted") counters.codes.inc({ purpose: kind, event: "sent" });
    },
    smsRefused: (refusal) => counters.smsRefused.inc({ refusal }),
    limitsReached(limits) {
      for (const limit of limits) counters.rateLimited.inc({ limit });
    },
    watch: (gauges) => watchGauges(register, gauges),
    snapshot: () => register.getMetricsAsJSON() as ReturnType<Metrics["snapshot"]>,
  };
}
