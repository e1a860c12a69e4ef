/** A metric that the service exports. */
interface Metric {
  type: "counter" | "gauge" | "histogram";
  /** Its labels, each with the values that rules and dashboard may name. Open sets have samples. */
  labels: Readonly<Record<string, readonly string[]>>;
}

const METHODS = ["AuthService/Login", "AuthService/Register", "WhitelistService/ImportWhitelistEntries"];

/** The metrics of the service, without those of prom-client. */
export const SERVICE_METRICS: Readonly<Record<string, Metric>> = {
  rpc_server_call_duration_seconds: {
    type: "histogram",
    labels: {
      rpc_system_name: ["grpc", "grpc_web", "connectrpc", "rest"],
      rpc_method: METHODS.map((method) => `waterbill.identity.v1.${method}`),
      // By the names of gRPC; the others of them are mistakes of callers.
      rpc_response_status_code: [
        "OK",
        "RESOURCE_EXHAUSTED",
        "UNAVAILABLE",
        "INTERNAL",
        "UNKNOWN",
        "DATA_LOSS",
      ],
      error_type: ["", "CREDENTIALS_REJECTED", "RATE_LIMITED", "OVERLOADED", "SMS_UNAVAILABLE", "INTERNAL"],
    },
  },
  waterbill_registrations_total: { type: "counter", labels: {} },
  waterbill_activations_total: { type: "counter", labels: {} },
  waterbill_codes_total: {
    type: "counter",
    labels: {
      purpose: ["activation", "password_reset", "password_change", "phone_change"],
      event: ["sent", "verified", "refused"],
    },
  },
  waterbill_sessions_total: {
    type: "counter",
    labels: { event: ["opened", "refreshed", "ended", "reused"] },
  },
  waterbill_acts_total: {
    type: "counter",
    labels: {
      action: ["activated", "session_ended", "refresh_reused"],
      actor: ["owner", "administrator", "system"],
    },
  },
  waterbill_sms_total: {
    type: "counter",
    labels: {
      kind: ["code", "confirmation", "notice"],
      outcome: ["accepted", "failed", "unknown", "invalid_number"],
    },
  },
  waterbill_sms_refused_total: { type: "counter", labels: { refusal: ["paused", "country", "budget"] } },
  waterbill_rate_limited_total: { type: "counter", labels: { limit: ["login", "register"] } },
  waterbill_sign_ins_refused_total: {
    type: "counter",
    labels: { reason: ["CREDENTIALS_REJECTED", "RATE_LIMITED", "ACCOUNT_NOT_ACTIVATED"] },
  },
  waterbill_oauth_requests_total: {
    type: "counter",
    labels: {
      endpoint: ["/oauth2/token", "/oauth2/introspect"],
      error: ["", "invalid_client", "temporarily_unavailable", "server_error"],
    },
  },
  waterbill_sms_budget_used_ratio: {
    type: "gauge",
    labels: { scope: ["total"], period: ["hour", "day"] },
  },
  waterbill_password_hashes: { type: "gauge", labels: { state: ["running", "waiting"] } },
  db_client_connection_count: { type: "gauge", labels: { db_client_connection_state: ["used", "idle"] } },
  db_client_connection_pending_requests: { type: "gauge", labels: {} },
  db_client_connection_max: { type: "gauge", labels: {} },
  waterbill_rate_limits_in_memory: { type: "gauge", labels: {} },
  waterbill_workers: { type: "gauge", labels: {} },
  waterbill_worker_failures_total: { type: "counter", labels: {} },
  waterbill_build_info: { type: "gauge", labels: { version: ["1.2.3"] } },
};

/** All that rules and dashboard may use: also of the metrics that prom-client adds by default. */
export const METRICS: Readonly<Record<string, Metric>> = {
  ...SERVICE_METRICS,
  process_cpu_seconds_total: { type: "counter", labels: {} },
  process_resident_memory_bytes: { type: "gauge", labels: {} },
  process_start_time_seconds: { type: "gauge", labels: {} },
  nodejs_heap_size_used_bytes: { type: "gauge", labels: {} },
  nodejs_eventloop_lag_mean_seconds: { type: "gauge", labels: {} },
  nodejs_eventloop_lag_p99_seconds: { type: "gauge", labels: {} },
  nodejs_gc_duration_seconds: { type: "histogram", labels: { kind: ["major", "minor", "incremental"] } },
};
