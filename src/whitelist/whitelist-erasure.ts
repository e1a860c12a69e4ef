import type { Database, Statement, Tx } from "../db/database.js";

/** Most rows of the history that one statement clears of a name: it holds their locks for less than a second. */
const MAX_CLEARED_ROWS = 5000;

/** The greatest id of a change: that of PostgreSQL's type `bigint`. */
const LAST_ID = "9223372036854775807";

/** Removes people from the whitelist and its history, without a trace in the latter. */
export interface WhitelistErasure {
  /** Locks the entries of numbers until `tx` ends. It waits for an import that has changed one and isn't done. */
  lockEntries(tx: Tx, phones: readonly string[]): Promise<void>;
  /** Removes the entries of numbers, and all that the history has of them. */
  forgetPhones(tx: Tx, phones: readonly string[]): Promise<void>;
  /**
   * Removes name and number of an administrator from changes to the whitelist, at most MAX_CLEARED_ROWS of them; true if
   * there may be more. The account's id stays.
   */
  forgetActor(tx: Tx | null, accountId: number): Promise<boolean>;
  /** An administrator whose account is gone, and whom the history still names; null if there is none. */
  findGoneActor(tx: Tx | null): Promise<number | null>;
}

// In the order in which imports lock entries, so that the two don't wait for each other.
const LOCK_ENTRIES =
  "SELECT id FROM whitelist_entries WHERE phone = ANY ($1::varchar[]) ORDER BY phone FOR UPDATE";

const lockEntries: Statement = { name: "whitelist_lock_forgotten", text: LOCK_ENTRIES };

const removeEntries: Statement = {
  name: "whitelist_forget_entries",
  text: `DELETE FROM whitelist_entries WHERE id IN (${LOCK_ENTRIES})`,
};

const removeHistory: Statement = {
  name: "whitelist_forget_history",
  text: "DELETE FROM whitelist_history WHERE phone = ANY ($1::varchar[])",
};

const forgetActor: Statement = {
  name: "whitelist_forget_actor",
  text: `WITH cleared AS (
           UPDATE whitelist_history SET actor_phone = NULL, actor_name = NULL
           WHERE actor_id = $1 AND actor_phone IS NOT NULL AND id <= coalesce((
             SELECT id FROM whitelist_history WHERE actor_id = $1 AND actor_phone IS NOT NULL
             ORDER BY id LIMIT 1 OFFSET ${MAX_CLEARED_ROWS - 1}
           ), ${LAST_ID})
           RETURNING 1
         )
         SELECT count(*)::int AS count FROM cleared`,
};

// The index has an entry for each change, and the list few administrators: each step looks up the next one.
const findGoneActor: Statement = {
  name: "whitelist_find_gone_actor",
  text: `WITH RECURSIVE actors AS (
           SELECT min(actor_id) AS id FROM whitelist_history WHERE actor_phone IS NOT NULL
           UNION ALL
           SELECT (
             SELECT min(actor_id) FROM whitelist_history WHERE actor_phone IS NOT NULL AND actor_id > actors.id
           ) FROM actors WHERE actors.id IS NOT NULL
         )
         SELECT id FROM actors
         WHERE id IS NOT NULL AND (SELECT users.id FROM users WHERE users.id = actors.id) IS NULL LIMIT 1`,
};

export function createWhitelistErasure(database: Database): WhitelistErasure {
  return {
    async lockEntries(tx, phones) {
      await database.run(tx, lockEntries, [phones]);
    },
    async forgetPhones(tx, phones) {
      await database.run(tx, removeEntries, [phones]);
      await database.run(tx, removeHistory, [phones]);
    },
    async forgetActor(tx, accountId) {
      const [row] = await database.run<{ count: number }>(tx, forgetActor, [accountId]);
      return row?.count === MAX_CLEARED_ROWS;
    },
    async findGoneActor(tx) {
      const [row] = await database.run<{ id: number }>(tx, findGoneActor, []);
      return row?.id ?? null;
    },
  };
}
