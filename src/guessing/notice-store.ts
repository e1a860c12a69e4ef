import type { Database, Statement, Tx } from "../db/database.js";

/** A line in the history of an account, or a message to its owner. */
export type NoticeKind = "line" | "message";

interface NoticeClaim {
  isClaimed: boolean;
  /** When the next notice of this kind is due, as far as the statement saw. */
  dueAt: Date;
}

export interface GuessingNoticeStore {
  /**
   * Claims a notice of guesses at an account if one is due at `now`; the next one is due at `until`. Of concurrent callers
   * one gets it, and none once the account is erased. One statement.
   */
  claim(
    tx: Tx | null,
    kind: NoticeKind,
    notice: { userId: number; now: Date; until: Date },
  ): Promise<NoticeClaim>;
  /** Makes the next message to an owner due at `until`. */
  postponeMessage(tx: Tx | null, userId: number, until: Date): Promise<void>;
}

// The row is read in the end as it was before the statement, or before a concurrent one that this one waited for: then the
// notice seems due, and the next claim finds out.
function claimOf(kind: NoticeKind): Statement {
  const due = `${kind}_due_at`;
  return {
    name: `guessing_notices_claim_${kind}_2`,
    text: `WITH claimed AS (
        INSERT INTO guessing_notices (user_id, ${due})
        SELECT id, $3::timestamptz FROM users WHERE id = $1 FOR KEY SHARE
        ON CONFLICT (user_id) DO UPDATE SET ${due} = excluded.${due}
        WHERE coalesce(guessing_notices.${due}, $2) <= $2
        RETURNING ${due}
      )
      SELECT true AS is_claimed, ${due} AS due_at FROM claimed
      UNION ALL
      SELECT false, ${due} FROM guessing_notices WHERE user_id = $1 AND NOT EXISTS (SELECT FROM claimed)`,
  };
}

const claims = { line: claimOf("line"), message: claimOf("message") };

export function createGuessingNoticeStore(database: Database): GuessingNoticeStore {
  const { guessingNotices } = database.models;
  return {
    async claim(tx, kind, { userId, now, until }) {
      type Row = { is_claimed: boolean; due_at: Date | null };
      const [row] = await database.run<Row>(tx, claims[kind], [userId, now, until]);
      return { isClaimed: row?.is_claimed ?? false, dueAt: row?.due_at ?? now };
    },
    async postponeMessage(tx, user_id, until) {
      await guessingNotices.update({ message_due_at: until }, { where: { user_id }, transaction: tx });
    },
  };
}
