import { Counter, collectDefaultMetrics, Histogram, Registry } from "prom-client";
import { type CallOutcome, outcomesOf } from "./call-outcomes.js";
import type { EndedCall, Metrics } from "./metrics.js";
import { registerProcess, watchGauges } from "./watch-gauges.js";

/**
 * The buckets (s) that OpenTelemetry advises for the duration of calls, without some, and with 2: the specification's
 * threshold.
 */
const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10];
/** How often (ms) the event loop is looked at; by default every 10 ms, which a process that idles would notice. */
const EVENT_LOOP_PRECISION_MS = 20;

/** `rpc.system.name` in OpenTelemetry's conventions, which has no value for gRPC-Web and REST. */
const RPC_SYSTEMS: Readonly<Record<EndedCall["protocol"], string>> = {
  grpc: "grpc",
  "grpc-web": "grpc_web",
  connect: "connectrpc",
  rest: "rest",
};

/** Creates the metrics of this process, in Prometheus's data model. `version` is the program's. */
export function createPrometheusMetrics(version: string): Metrics {
  const register = new Registry();
  collectDefaultMetrics({ register, eventLoopMonitoringPrecision: EVENT_LOOP_PRECISION_MS });
  const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter({ name, help, labelNames, registers: [register] });

  const durations = new Histogram({
    name: "rpc_server_call_duration_seconds",
    help: "Duration of calls, until the last response of a stream.",
    labelNames: ["rpc_system_name", "rpc_method", "rpc_response_status_code", "error_type"],
    buckets: DURATION_BUCKETS,
    registers: [register],
  });
  const oauthRequests = counter(
    "waterbill_oauth_requests_total",
    "Requests of services for tokens and introspection; error is OAuth's code, empty for none.",
    "endpoint",
    "error",
  );
  const registrations = counter(
    "waterbill_registrations_total",
    "Registrations, with a code accepted for sending.",
  );
  const activations = counter("waterbill_activations_total", "Registrations that became accounts.");
  const codes = counter(
    "waterbill_codes_total",
    "Codes by SMS: sent, verified and refused.",
    "purpose",
    "event",
  );
  const sessions = counter(
    "waterbill_sessions_total",
    "Sessions: opened, refreshed, ended and reused.",
    "event",
  );
  const signInsRefused = counter(
    "waterbill_sign_ins_refused_total",
    "Logins refused for what they say.",
    "reason",
  );
  const acts = counter(
    "waterbill_acts_total",
    "Acts on accounts, as the history names them.",
    "action",
    "actor",
  );
  const sms = counter("waterbill_sms_total", "Messages handed to the SMS provider.", "kind", "outcome");
  const smsRefused = counter(
    "waterbill_sms_refused_total",
    "Messages that the SMS budget refused.",
    "refusal",
    "budget",
  );
  const rateLimited = counter("waterbill_rate_limited_total", "Calls refused by a limit.", "limit");
  const outcomes: Record<CallOutcome["counter"], Counter> = {
    ...{ registrations, activations, codes, sessions, signInsRefused },
  };
  registerProcess(register, version);

  return {
    callEnded({ protocol, method, status, reason, seconds }) {
      const labels = {
        rpc_system_name: RPC_SYSTEMS[protocol],
        rpc_method: method,
        rpc_response_status_code: status.toUpperCase(),
        error_type: reason ?? "",
      };
      durations.observe(labels, seconds);
      for (const { counter, labels } of outcomesOf(method, status === "ok", reason)) {
        outcomes[counter].inc(labels);
      }
    },
    oauthRequestEnded: ({ endpoint, error }) => oauthRequests.inc({ endpoint, error: error ?? "" }),
    actCommitted({ action, actor, sessionCount }) {
      acts.inc({ action, actor });
      if (sessionCount > 0) sessions.inc({ event: "ended" }, sessionCount);
      if (action === "refresh_reused") sessions.inc({ event: "reused" });
    },
    smsEnded(kind, outcome) {
      const isCode = kind !== "confirmation" && kind !== "notice";
      sms.inc({ kind: isCode ? "code" : kind, outcome });
      if (isCode && outcome === "accepted") codes.inc({ purpose: kind, event: "sent" });
    },
    smsRefused: ({ kind, budget = "" }) => smsRefused.inc({ refusal: kind, budget }),
    limitsReached(limits) {
      for (const limit of limits) rateLimited.inc({ limit });
    },
    watch: (gauges) => watchGauges(register, gauges),
    snapshot: () => register.getMetricsAsJSON() as ReturnType<Metrics["snapshot"]>,
  };
}
