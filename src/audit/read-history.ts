import type { Tx } from "../db/database.js";
import { everyPage, type Placed } from "../paging/page.js";
import type { Position } from "../paging/page-token.js";
import type { Actor, FieldValues } from "./act.js";
import type { ActPage, HistoryStore, ReadAct } from "./history-store.js";

/** An act as it was recorded. Actions and kinds are texts, because a later version may have recorded others. */
export interface RecordedAct {
  /** Counts the acts on the account from 1. */
  number: number;
  at: Date;
  action: string;
  actor: { kind: Actor["kind"] | (string & {}); id: number | null };
  /** Who the administrator is that acted; null if nobody with an account did, or if it is gone. */
  actorAccount: { phone: string; firstName: string; lastName: string } | null;
  fields: readonly string[];
  /** Null if the act has no such value, or if it was deleted. */
  before: FieldValues | null;
  after: FieldValues | null;
  reason: string | null;
  sessionId: string | null;
  sessionCount: number | null;
}

/**
 * Yields the acts on an account in batches, oldest first; `omitViews`: without the reads of administrators. The account may be
 * gone.
 */
export async function* readHistory(
  deps: { history: HistoryStore },
  accountId: number,
  { omitViews = false }: { omitViews?: boolean | undefined } = {},
): AsyncGenerator<RecordedAct[]> {
  yield* everyPage(async (after, limit) => {
    const rows = await deps.history.page(null, accountId, Number(after?.[0] ?? 0), { limit, omitViews });
    return rows.map(toPlacedAct);
  });
}

/** The numbers of acts are less than this. */
const AFTER_LAST_NUMBER = 2 ** 31 - 1;

/** Returns a page of the acts on an account after a position, latest first. The account may be gone. */
export async function latestActs(
  { history }: { history: HistoryStore },
  tx: Tx | null,
  accountId: number,
  after: Position | null,
  page: ActPage,
): Promise<Placed<RecordedAct>[]> {
  const rows = await history.latest(tx, accountId, Number(after?.[0] ?? AFTER_LAST_NUMBER), page);
  return rows.map(toPlacedAct);
}

const toPlacedAct = (row: ReadAct): Placed<RecordedAct> => ({
  row: toRecordedAct(row),
  position: [String(row.number)],
});

function actorAccount(row: ReadAct): RecordedAct["actorAccount"] {
  const { actor_phone: phone, actor_first_name: firstName, actor_last_name: lastName } = row;
  return phone === null ? null : { phone, firstName: firstName ?? "", lastName: lastName ?? "" };
}

/** An act as it was recorded, from its row. */
export function toRecordedAct(row: ReadAct): RecordedAct {
  return {
    number: row.number,
    at: row.at,
    action: row.action,
    actor: { kind: row.actor_kind, id: row.actor_id },
    actorAccount: actorAccount(row),
    fields: row.fields,
    before: row.before,
    after: row.after,
    reason: row.reason,
    sessionId: row.session_id,
    sessionCount: row.session_count,
  };
}
