import type { SessionStore } from "./sessions/session-store.js";
import { addSeconds, type Clock } from "./system/clock.js";
import type { CodeStore } from "./verification/code-store.js";
import type { SmsQuotaStore } from "./verification/sms-quota-store.js";

export interface HousekeepingDeps {
  codes: CodeStore;
  smsQuota: SmsQuotaStore;
  sessions: SessionStore;
  clock: Clock;
}

/** Rows are deleted this long after they expired or were sent; the longest that any rule needs them is a day. */
const RETENTION_SECONDS = 2 * 86_400;
const INTERVAL_MS = 600_000;

/** Deletes codes, sends and sessions that are no longer needed. Any number of processes may do so at the same time. */
export async function clearExpired({ codes, smsQuota, sessions, clock }: HousekeepingDeps): Promise<void> {
  const before = addSeconds(clock.now(), -RETENTION_SECONDS);
  await codes.purge(null, before);
  await smsQuota.purge(null, before);
  await sessions.purge(null, before);
}

/** Runs every ten minutes until the returned function is called. A failure is reported, and the next run retries. */
export function startHousekeeping(deps: HousekeepingDeps, onFailure: (error: unknown) => void): () => void {
  const timer = setInterval(() => void clearExpired(deps).catch(onFailure), INTERVAL_MS);
  timer.unref();
  return () => clearInterval(timer);
}
