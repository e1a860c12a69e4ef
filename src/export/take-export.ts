import type { Actor } from "../audit/act.js";
import type { RecordActs } from "../audit/record.js";
import type { Tx } from "../db/database.js";
import type { Clock } from "../system/clock.js";
import {
  type ExportedRows,
  type ExportStore,
  MAX_EXPORTED_ACTS,
  MAX_EXPORTED_SESSIONS,
} from "./export-store.js";

export interface TakeExportDeps {
  exports: ExportStore;
  clock: Clock;
  record: RecordActs;
  /** Throws RATE_LIMITED while the last phone change of the account can still be undone. `tx` must have locked it. */
  assertNumberSettled(tx: Tx, accountId: number): Promise<void>;
}

/** What is kept about an account. */
export interface AccountCopy extends Omit<ExportedRows, "latest_acts" | "latest_sessions"> {
  exportedAt: Date;
  /** The latest 10,000 acts, oldest first. */
  history: ExportedRows["latest_acts"];
  hasOlderHistory: boolean;
  /** Open ones, and the latest of those that are over, 1,000 in all, oldest first. */
  sessions: ExportedRows["latest_sessions"];
  hasOlderSessions: boolean;
}

/**
 * Copies what is kept about an account, and records that: the copy doesn't have this act. `tx` must have locked the
 * account. While its last phone change can be undone, whoever has the account may not be its owner.
 *
 * Throws RATE_LIMITED.
 */
export async function takeExport(
  deps: TakeExportDeps,
  tx: Tx,
  { accountId, actor, reason }: { accountId: number; actor: Actor; reason: string | null },
): Promise<AccountCopy> {
  await deps.assertNumberSettled(tx, accountId);
  const now = deps.clock.now();
  const rows = await deps.exports.read(tx, accountId, now);
  const { latest_acts: acts, latest_sessions: sessions, ...copy } = rows;
  await deps.record(tx, { accountId, at: now, actor, reason, action: "exported" });
  return {
    ...copy,
    exportedAt: now,
    history: acts.slice(0, MAX_EXPORTED_ACTS).reverse(),
    hasOlderHistory: acts.length > MAX_EXPORTED_ACTS,
    sessions: sessions.slice(0, MAX_EXPORTED_SESSIONS).sort(bySignIn),
    hasOlderSessions: sessions.length > MAX_EXPORTED_SESSIONS,
  };
}

type Session = ExportedRows["latest_sessions"][number];

const bySignIn = (a: Session, b: Session) => Date.parse(a.created_at) - Date.parse(b.created_at);
