import type { Delivery } from "../challenge.js";
import type { Database, Statement, Tx } from "../db/database.js";
import { deleteBatch, deleteExpired } from "../db/delete-batch.js";
import type { SmsSendRow } from "../db/models/sms-send.js";
import type { Purpose } from "./code.js";
import type { Send } from "./sms-quota.js";

/** Records which codes were sent to which phone number, for the sending quotas. */
export interface SmsQuotaStore {
  /**
   * Locks the number until `tx` ends: other transactions wait here for the same number. A transaction that sends to a
   * number must take this lock before any other.
   */
  lock(tx: Tx, phone: string): Promise<void>;
  /** Returns the sends to `phone` since `since`, newest first. */
  recent(tx: Tx | null, phone: string, since: Date): Promise<Send[]>;
  add(tx: Tx, send: Send & { phone: string }): Promise<void>;
  /** Records that the provider has accepted the message of a send. */
  markAccepted(tx: Tx | null, id: string): Promise<void>;
  /** Removes a send whose message was not sent. */
  remove(tx: Tx | null, id: string): Promise<void>;
  /** Removes every send to `phone`, so that its quotas begin anew. Returns how many there were. */
  clear(tx: Tx, phone: string): Promise<number>;
  /** Deletes sends older than `before`, a batch of them; true if there may be more. */
  purge(tx: Tx | null, before: Date): Promise<boolean>;
}

const lock: Statement = {
  name: "sms_sends_lock",
  text: "SELECT pg_advisory_xact_lock(hashtextextended('sms_sends:' || $1, 0))",
};
const recent: Statement = {
  name: "sms_sends_recent",
  text: `SELECT id, purpose, network, sent_at, delivery FROM sms_sends WHERE phone = $1 AND sent_at > $2
         ORDER BY sent_at DESC`,
};

interface SendRow extends Pick<SmsSendRow, "id" | "network" | "sent_at"> {
  purpose: Purpose;
  delivery: Delivery;
}

const purge = deleteExpired("sms_sends", "id", "sent_at < $1");

export function createSmsQuotaStore(database: Database): SmsQuotaStore {
  const { smsSends } = database.models;
  return {
    async lock(tx, phone) {
      await database.run(tx, lock, [phone]);
    },
    async recent(tx, phone, since) {
      const rows = await database.run<SendRow>(tx, recent, [phone, since]);
      return rows.map(({ sent_at: sentAt, ...send }) => ({ ...send, sentAt }));
    },
    async add(tx, send) {
      const { sentAt: sent_at, ...columns } = send;
      await smsSends.create({ ...columns, sent_at }, { returning: false, transaction: tx });
    },
    async markAccepted(tx, id) {
      await smsSends.update({ delivery: "accepted" }, { where: { id }, transaction: tx });
    },
    async remove(tx, id) {
      await smsSends.destroy({ where: { id }, transaction: tx });
    },
    clear(tx, phone) {
      return smsSends.destroy({ where: { phone }, transaction: tx });
    },
    async purge(tx, before) {
      return deleteBatch(database, tx, purge, [before]);
    },
  };
}
