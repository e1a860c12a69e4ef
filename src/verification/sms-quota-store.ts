import type { Database, Statement, Tx } from "../db/database.js";
import type { Purpose } from "./code.js";
import type { Send } from "./sms-quota.js";

/** Records which codes were sent to which phone number, for the sending quotas. */
export interface SmsQuotaStore {
  /**
   * Locks the number until `tx` ends: other transactions wait here for the same number. A transaction that sends to a
   * number, or removes an abandoned registration of it, must take this lock before any other.
   */
  lock(tx: Tx, phone: string): Promise<void>;
  /** Returns the sends to `phone` since `since`, newest first. */
  recent(tx: Tx, phone: string, since: Date): Promise<Send[]>;
  add(tx: Tx, send: Send & { id: string; phone: string }): Promise<void>;
  /** Removes a send whose message was not sent. */
  remove(tx: Tx | null, id: string): Promise<void>;
  /** Deletes sends older than `before`. */
  purge(tx: Tx | null, before: Date): Promise<void>;
}

const lock: Statement = {
  name: "sms_sends_lock",
  text: "SELECT pg_advisory_xact_lock(hashtextextended('sms_sends:' || $1, 0))",
};
const recent: Statement = {
  name: "sms_sends_recent",
  text: "SELECT purpose, sent_at FROM sms_sends WHERE phone = $1 AND sent_at > $2 ORDER BY sent_at DESC",
};
const add: Statement = {
  name: "sms_sends_add",
  text: "INSERT INTO sms_sends (id, phone, purpose, sent_at) VALUES ($1, $2, $3, $4)",
};
const remove: Statement = { name: "sms_sends_remove", text: "DELETE FROM sms_sends WHERE id = $1" };
const purge: Statement = { name: "sms_sends_purge", text: "DELETE FROM sms_sends WHERE sent_at < $1" };

export function createSmsQuotaStore(database: Database): SmsQuotaStore {
  return {
    async lock(tx, phone) {
      await database.run(tx, lock, [phone]);
    },
    async recent(tx, phone, since) {
      const rows = await database.run<{ purpose: Purpose; sent_at: Date }>(tx, recent, [phone, since]);
      return rows.map((row) => ({ purpose: row.purpose, sentAt: row.sent_at }));
    },
    async add(tx, send) {
      await database.run(tx, add, [send.id, send.phone, send.purpose, send.sentAt]);
    },
    async remove(tx, id) {
      await database.run(tx, remove, [id]);
    },
    async purge(tx, before) {
      await database.run(tx, purge, [before]);
    },
  };
}
