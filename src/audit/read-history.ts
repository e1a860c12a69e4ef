import { everyPage } from "../paging/page.js";
import type { Actor, FieldValues } from "./act.js";
import type { HistoryStore, ReadAct } from "./history-store.js";

/** An act as it was recorded. Actions and kinds are texts, because a later version may have recorded others. */
export interface RecordedAct {
  /** Counts the acts on the account from 1. */
  number: number;
  at: Date;
  action: string;
  actor: { kind: Actor["kind"] | (string & {}); id: number | null };
  fields: readonly string[];
  /** Null if the act has no such value, or if it was deleted. */
  before: FieldValues | null;
  after: FieldValues | null;
  reason: string | null;
  sessionId: string | null;
  sessionCount: number | null;
}

/** Yields the acts on an account in batches, oldest first. The account may be gone. */
export async function* readHistory(
  deps: { history: HistoryStore },
  accountId: number,
): AsyncGenerator<RecordedAct[]> {
  yield* everyPage(async (after, limit) => {
    const rows = await deps.history.page(null, accountId, Number(after?.[0] ?? 0), limit);
    return rows.map((row) => ({ row: toRecordedAct(row), position: [String(row.number)] }));
  });
}

function toRecordedAct(row: ReadAct): RecordedAct {
  return {
    number: row.number,
    at: row.at,
    action: row.action,
    actor: { kind: row.actor_kind, id: row.actor_id },
    fields: row.fields,
    before: row.before,
    after: row.after,
    reason: row.reason,
    sessionId: row.session_id,
    sessionCount: row.session_count,
  };
}
