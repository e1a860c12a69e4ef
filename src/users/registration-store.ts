import type { Database, Statement, Tx } from "../db/database.js";

/** Accounts that were never activated, and the numbers that they reserve for a while. */
export interface RegistrationStore {
  /**
   * Whether the number belongs to an account, or to a registration that can still be activated. An account that was
   * never activated and has no live activation code does not count: `removeAbandoned` removes it.
   */
  isPhoneTaken(tx: Tx | null, phone: string, now: Date): Promise<boolean>;
  /**
   * Removes the number's account if it was never activated and has no live activation code, to make room for a new
   * registration.
   */
  removeAbandoned(tx: Tx | null, phone: string, now: Date): Promise<void>;
  /** Removes an account that was never activated. An active or deactivated account is kept. */
  remove(tx: Tx | null, id: number): Promise<void>;
}

const IS_ABANDONED = `NOT is_active AND deactivated_at IS NULL AND NOT EXISTS (
  SELECT FROM codes WHERE codes.user_id = users.id AND codes.purpose = 'activation' AND codes.expires_at > $2
)`;

const isPhoneTaken: Statement = {
  name: "registrations_is_phone_taken",
  text: `SELECT FROM users WHERE phone = $1 AND NOT (${IS_ABANDONED})`,
};

const removeAbandoned: Statement = {
  name: "registrations_remove_abandoned",
  text: `DELETE FROM users WHERE phone = $1 AND ${IS_ABANDONED}`,
};

export function createRegistrationStore(database: Database): RegistrationStore {
  const { users } = database.models;
  return {
    async isPhoneTaken(tx, phone, now) {
      return (await database.run(tx, isPhoneTaken, [phone, now])).length > 0;
    },

    async removeAbandoned(tx, phone, now) {
      await database.run(tx, removeAbandoned, [phone, now]);
    },

    async remove(tx, id) {
      const where = { id, is_active: false, deactivated_at: null };
      await users.destroy({ where, transaction: tx });
    },
  };
}
