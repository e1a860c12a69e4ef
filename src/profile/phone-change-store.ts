import type { Database, Statement, Tx } from "../db/database.js";
import { deleteBatch, deleteExpired } from "../db/delete-batch.js";
import type { PhoneChangeRow } from "../db/models/phone-change.js";
import { seconds } from "../db/sql.js";

/** A link to add. It goes to the account's number `oldPhone`. */
interface NewChangeLink {
  id: string;
  userId: number;
  oldPhone: string;
  tokenDigest: Buffer;
}

/** The state of an account's phone changes, by the database's clock. */
export interface RecentChanges {
  /** Seconds until the account may change its number again; 0: it may. */
  undoSeconds: number;
  /** Requests in the last 24 hours, without those that were cleared. */
  requests: number;
  /** Seconds until the oldest of them is 24 hours old; 0 without any. */
  oldestRequestSeconds: number;
}

/**
 * Stores the links that stop or undo phone changes. All links of an account that are not ended share their fate: the
 * change that is done first confirms all of them, and the first of them that is used ends all of them. Call everything
 * that takes a Tx with the account locked.
 */
export interface PhoneChangeStore {
  /** What the account has changed and asked for, as limits need it. */
  findRecent(tx: Tx, userId: number): Promise<RecentChanges>;
  /** Adds the link that is sent because a change was asked for. */
  addRequest(tx: Tx, link: NewChangeLink): Promise<void>;
  /** Takes the requests of the last 24 hours out of `findRecent`; their links work on. Returns how many there were. */
  clearRequests(tx: Tx, userId: number): Promise<number>;
  /** Removes a link that was never sent. */
  remove(tx: Tx | null, id: string): Promise<void>;
  /**
   * Records that the change is done, and adds the link that is sent now. From now on and for `undoSeconds` the links undo
   * the change, and no other account gets the old number.
   */
  confirm(tx: Tx, link: NewChangeLink, undoSeconds: number): Promise<void>;
  /** The account that a link belongs to; null for an unknown token. */
  findUserId(tx: Tx | null, tokenDigest: Buffer): Promise<number | null>;
  /**
   * Ends all links of the account, and returns the number that this one was sent to. Null, with nothing changed, if it
   * was used, or `undoSeconds` have passed since the change was done, or since it was asked for and not done.
   */
  claim(tx: Tx, tokenDigest: Buffer, undoSeconds: number): Promise<string | null>;
  /** Deletes links that are of no use since more than `retentionSeconds`, a batch of them; true if there may be more. */
  purge(tx: Tx | null, retentionSeconds: number): Promise<boolean>;
}

const secondsUntil = (time: string) =>
  `coalesce(greatest(0, extract(epoch FROM ${time} - clock_timestamp())), 0)::float8`;
const isRecentRequest = "is_request AND is_counted AND created_at > clock_timestamp() - interval '24 hours'";

const findRecent: Statement = {
  name: "phone_changes_find_recent",
  text: `SELECT ${secondsUntil("max(undo_until) FILTER (WHERE ended_at IS NULL)")} AS undo_seconds,
                (count(*) FILTER (WHERE ${isRecentRequest}))::integer AS requests,
                ${secondsUntil(`min(created_at) FILTER (WHERE ${isRecentRequest}) + interval '24 hours'`)}
                  AS oldest_request_seconds
         FROM phone_changes WHERE user_id = $1`,
};
const addRequest: Statement = {
  name: "phone_changes_add_request",
  text: `INSERT INTO phone_changes (id, user_id, old_phone, token_digest, created_at, is_request)
         VALUES ($1, $2, $3, $4, clock_timestamp(), true)`,
};
const clearRequests: Statement = {
  name: "phone_changes_clear_requests",
  text: `UPDATE phone_changes SET is_counted = false WHERE user_id = $1 AND ${isRecentRequest} RETURNING id`,
};
const confirm: Statement = {
  name: "phone_changes_confirm",
  text: `WITH time AS MATERIALIZED (
           SELECT clock_timestamp() AS now
         ), confirmed AS (
           UPDATE phone_changes SET confirmed_at = now, undo_until = now + ${seconds("$5")}
           FROM time WHERE user_id = $2::integer AND confirmed_at IS NULL AND ended_at IS NULL
         )
         INSERT INTO phone_changes (id, user_id, old_phone, token_digest, created_at, is_request, confirmed_at, undo_until)
         SELECT $1::uuid, $2, $3, $4::bytea, now, false, now, now + ${seconds("$5")} FROM time`,
};
const claim: Statement = {
  name: "phone_changes_claim",
  text: `WITH used AS MATERIALIZED (
           SELECT user_id, old_phone FROM phone_changes
           WHERE token_digest = $1 AND ended_at IS NULL
             AND coalesce(undo_until, created_at + ${seconds("$2")}) > clock_timestamp()
         ), ended AS (
           UPDATE phone_changes SET ended_at = clock_timestamp()
           FROM used WHERE phone_changes.user_id = used.user_id AND ended_at IS NULL
         )
         SELECT old_phone FROM used`,
};
const purge = deleteExpired(
  "phone_changes",
  "id",
  `created_at < clock_timestamp() - ${seconds("$1")}
     AND coalesce(undo_until, created_at) < clock_timestamp() - ${seconds("$1")}`,
);

interface RecentRow {
  undo_seconds: number;
  requests: number;
  oldest_request_seconds: number;
}

export function createPhoneChangeStore(database: Database): PhoneChangeStore {
  const { phoneChanges } = database.models;
  const valuesOf = (link: NewChangeLink) => [link.id, link.userId, link.oldPhone, link.tokenDigest];
  return {
    async findRecent(tx, userId) {
      const [row] = await database.run<RecentRow>(tx, findRecent, [userId]);
      return {
        undoSeconds: row?.undo_seconds ?? 0,
        requests: row?.requests ?? 0,
        oldestRequestSeconds: row?.oldest_request_seconds ?? 0,
      };
    },
    async addRequest(tx, link) {
      await database.run(tx, addRequest, valuesOf(link));
    },
    async clearRequests(tx, userId) {
      return (await database.run(tx, clearRequests, [userId])).length;
    },
    async remove(tx, id) {
      await phoneChanges.destroy({ where: { id }, transaction: tx });
    },
    async confirm(tx, link, undoSeconds) {
      await database.run(tx, confirm, [...valuesOf(link), undoSeconds]);
    },
    async findUserId(tx, tokenDigest) {
      const where = { token_digest: tokenDigest };
      const row = await phoneChanges.findOne({ attributes: ["user_id"], where, raw: true, transaction: tx });
      return row?.user_id ?? null;
    },
    async claim(tx, tokenDigest, undoSeconds) {
      type Row = Pick<PhoneChangeRow, "old_phone">;
      const [row] = await database.run<Row>(tx, claim, [tokenDigest, undoSeconds]);
      return row?.old_phone ?? null;
    },
    async purge(tx, retentionSeconds) {
      return deleteBatch(database, tx, purge, [retentionSeconds]);
    },
  };
}
