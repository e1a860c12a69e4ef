import { Counter, type Registry } from "prom-client";

/**
 * The counters by their names here. A label has all of its values, or null for an open set. The series of counters whose
 * values are known begin at 0: Prometheus does not count the first value of a series as an increase.
 */
const COUNTERS = {
  registrations: {
    name: "waterbill_registrations_total",
    help: "Registrations whose code was accepted for sending.",
    labels: {},
  },
  activations: {
    name: "waterbill_activations_total",
    help: "Registrations that became accounts.",
    labels: {},
  },
  codes: {
    name: "waterbill_codes_total",
    help: "Codes by SMS: sent, verified and refused.",
    labels: {
      purpose: [
        ...["activation", "password_reset", "password_change", "phone_change", "account_deletion"],
        "second_factor",
      ],
      event: ["sent", "verified", "refused"],
    },
  },
  sessions: {
    name: "waterbill_sessions_total",
    help: "Sessions: opened, refreshed, ended, and those that ended because a refresh token was reused.",
    labels: { event: ["opened", "refreshed", "ended", "reused"] },
  },
  signInsRefused: {
    name: "waterbill_sign_ins_refused_total",
    help: "Logins refused for what they say, or for how often.",
    labels: { reason: ["CREDENTIALS_REJECTED", "ACCOUNT_NOT_ACTIVATED", "RATE_LIMITED"] },
  },
  acts: {
    name: "waterbill_acts_total",
    help: "Acts on accounts, as the history names them.",
    labels: { action: null, actor: ["owner", "administrator", "system"] },
  },
  sms: {
    name: "waterbill_sms_total",
    help: "Messages handed to the SMS provider.",
    labels: {
      kind: ["code", "confirmation", "notice"],
      outcome: ["accepted", "failed", "unknown", "invalid_number"],
    },
  },
  smsRefused: {
    name: "waterbill_sms_refused_total",
    help: "Messages that the SMS budget refused.",
    labels: { refusal: ["paused", "country", "budget"] },
  },
  rateLimited: {
    name: "waterbill_rate_limited_total",
    help: "Calls refused by a limit.",
    labels: { limit: null },
  },
  oauthRequests: {
    name: "waterbill_oauth_requests_total",
    help: "Requests of services for tokens and introspection; error is OAuth's code, empty for none.",
    labels: {
      endpoint: ["/oauth2/token", "/oauth2/introspect"],
      error: [
        ...["", "invalid_request", "invalid_client", "invalid_scope", "unsupported_grant_type"],
        ...["insufficient_scope", "temporarily_unavailable", "server_error"],
      ],
    },
  },
} as const satisfies Record<string, CounterRow>;

interface CounterRow {
  name: string;
  help: string;
  labels: Readonly<Record<string, readonly string[] | null>>;
}

export type Counters = Record<keyof typeof COUNTERS, Counter>;

export function createCounters(register: Registry): Counters {
  const entries = Object.entries(COUNTERS).map(([key, row]) => [key, createCounter(register, row)] as const);
  return Object.fromEntries(entries) as Counters;
}

function createCounter(register: Registry, { name, help, labels }: CounterRow): Counter {
  const counter = new Counter({ name, help, labelNames: Object.keys(labels), registers: [register] });
  for (const series of seriesOf(labels)) counter.inc(series, 0);
  return counter;
}

/** All combinations of the values of labels; none if a label has an open set. */
function seriesOf(labels: CounterRow["labels"]): Record<string, string>[] {
  return Object.entries(labels).reduce<Record<string, string>[]>(
    (series, [label, values]) =>
      series.flatMap((each) => (values ?? []).map((value) => ({ ...each, [label]: value }))),
    [{}],
  );
}
