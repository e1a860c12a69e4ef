import type { MetricObjectWithValues, MetricValue } from "prom-client";
import type { RPC_SYSTEMS } from "./rpc-conventions.js";

/** The values of all metrics at one moment. */
export type MetricsSnapshot = MetricObjectWithValues<MetricValue<string>>[];

/** A call of a method that ended; for a stream, after its last response. */
export interface EndedCall {
  protocol: keyof typeof RPC_SYSTEMS;
  /** `waterbill.identity.v1.AuthService/Login` */
  method: string;
  /** `ok`, or the name of its code in Connect. */
  status: string;
  /** Why it failed; undefined if it did not, or for no reason of ours. */
  reason: string | undefined;
  seconds: number;
}

/** An act on an account, once it is committed. `sessionCount`: the sessions that it ended. */
export interface CommittedAct {
  action: string;
  actor: string;
  sessionCount: number;
}

export type SmsKind =
  | "activation"
  | "password_reset"
  | "password_change"
  | "phone_change"
  | "account_deletion"
  | "second_factor"
  | "confirmation"
  | "notice";
export type SmsOutcome = "accepted" | "failed" | "unknown" | "invalid_number";

/** What is read each time the metrics are. */
export interface Gauges {
  hashes(): { running: number; waiting: number };
  connections(): { used: number; idle: number; waiting: number; max: number };
  /** Whether this process counts limits in its memory although there is a Redis. */
  limitsInMemory(): boolean;
  /** The used part of the total SMS budget, 0 to 1, by period; a period without a budget is absent. */
  smsBudgetUse(): Promise<Partial<Record<"hour" | "day", number>>>;
}

/**
 * Counts what happens, for the operators. Nothing that it gets identifies a person: no number, id or address.
 * docs/monitoring.md lists the metrics.
 */
export interface Metrics {
  callEnded(call: EndedCall): void;
  /** `error`: its code in OAuth 2.0, or null. */
  oauthRequestEnded(request: { endpoint: string; error: string | null }): void;
  actCommitted(act: CommittedAct): void;
  smsEnded(kind: SmsKind, outcome: SmsOutcome): void;
  /** The SMS budget refused a message, for this kind of reason. */
  smsRefused(refusal: string): void;
  /** A call was refused by the limits with these names. */
  limitsReached(limits: Iterable<string>): void;
  /** Reads `gauges` at each snapshot from now on. */
  watch(gauges: Gauges): void;
  snapshot(): Promise<MetricsSnapshot>;
}

/** Counts nothing: no METRICS_PORT is set. */
export const NO_METRICS: Metrics = {
  callEnded() {},
  oauthRequestEnded() {},
  actCommitted() {},
  smsEnded() {},
  smsRefused() {},
  limitsReached() {},
  watch() {},
  snapshot: async () => [],
};
