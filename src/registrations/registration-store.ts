import type { Database, Statement, Tx } from "../db/database.js";
import { deleteBatch, deleteExpired } from "../db/delete-batch.js";
import type { RegistrationRow } from "../db/models/registration.js";
import type { NewUser } from "../users/user-store.js";

/** A registration to add. */
interface NewRegistration
  extends Pick<
    NewUser,
    "phone" | "firstName" | "lastName" | "email" | "address" | "apartmentName" | "passwordHash"
  > {
  id: string;
  tokenDigest: Buffer;
  network: string | null;
  createdAt: Date;
}

/**
 * Stores registrations: what a person gave to get an account, until a code proves the number. They are no accounts. A
 * number may have several, and none of them takes it from anybody.
 */
export interface RegistrationStore {
  /**
   * Whether an account has the number, or may still come back to it. One that an older version left unproved doesn't
   * count, and is moved.
   */
  isPhoneTaken(tx: Tx | null, phone: string): Promise<boolean>;
  /** Makes a registration of the number's account that an older version left unproved. */
  moveUnproved(tx: Tx | null, phone: string): Promise<void>;
  /** Records that a network registered the number, and that the registration is gone because no code could leave. */
  addUnsent(tx: Tx | null, registrant: { phone: string; network: string | null; now: Date }): Promise<void>;
  /** Whether the network has registered the number since `since`. */
  isRepeated(
    tx: Tx | null,
    registrant: { phone: string; network: string | null; since: Date },
  ): Promise<boolean>;
  /**
   * Adds a registration. False if meanwhile an account got the number or the same network registered it (since
   * `repeatedSince`); of concurrent callers who hold the number's `smsQuota.lock` one per network succeeds.
   */
  add(tx: Tx, registration: NewRegistration, repeatedSince: Date): Promise<boolean>;
  /**
   * The password hash that a login for a number without an account is compared with: of the newest registration from
   * the caller's network, else of the newest one. Null if there is none since `since`.
   */
  findPasswordHash(
    tx: Tx | null,
    login: { phone: string; network: string | null; since: Date },
  ): Promise<string | null>;
  remove(tx: Tx | null, id: string): Promise<void>;
  /** Removes every registration of a number that has become an account's. */
  removeAll(tx: Tx, phone: string): Promise<void>;
  /** Removes every registration of a number, and who registered it. */
  forget(tx: Tx, phone: string): Promise<void>;
  /**
   * Makes registrations of all accounts that an older version left unproved, and that were sent no code since
   * `noCodeSince`.
   */
  moveAllUnproved(tx: Tx | null, noCodeSince: Date): Promise<void>;
  /** Deletes registrations made before `before`, and the records of those without a code, a batch of them; true if there may be more. */
  purge(tx: Tx | null, before: Date): Promise<boolean>;
}

const purge = deleteExpired("registrations", "id", "created_at < $1");
const purgeTries = deleteExpired("registration_tries", "phone, network", "tried_at < $1");
const findAccount: Statement = {
  name: "registrations_find_account_2",
  text: `SELECT is_active OR deactivated_at IS NOT NULL AS is_proved FROM users WHERE phone = $1
         UNION ALL SELECT true WHERE is_phone_reserved($1)`,
};
const moveWaitingAccounts: Statement = {
  name: "registrations_move_waiting_accounts",
  text: "SELECT move_waiting_accounts($1, $2)",
};
const addUnsent: Statement = {
  name: "registrations_add_try",
  text: `INSERT INTO registration_tries (phone, network, tried_at) VALUES ($1, $2, $3)
         ON CONFLICT (phone, network) DO UPDATE SET tried_at = excluded.tried_at`,
};
// Rows are locked in the order in which attempts lock them, so that the two don't wait for each other.
const removeAll: Statement = {
  name: "registrations_remove_all",
  text: `DELETE FROM registrations WHERE id IN (
           SELECT id FROM registrations WHERE phone = $1 ORDER BY id FOR UPDATE
         )`,
};
const isRepeated: Statement = {
  name: "registrations_is_repeated",
  text: "SELECT FROM registrations WHERE phone = $1 AND network = $2 AND created_at > $3 LIMIT 1",
};
const add: Statement = {
  name: "registrations_add_2",
  text: `INSERT INTO registrations (id, token_digest, phone, first_name, last_name, email, address, apartment_name,
           password_hash, network, created_at)
         SELECT $1::uuid, $2::bytea, $3::varchar, $4, $5, $6, $7, $8, $9, $10::varchar, $11::timestamptz
         WHERE NOT EXISTS (SELECT FROM users WHERE phone = $3) AND NOT is_phone_reserved($3)
           AND NOT EXISTS (
             SELECT FROM registrations WHERE phone = $3 AND network = $10 AND created_at > $12::timestamptz
           )
         RETURNING id`,
};
const findPasswordHash: Statement = {
  name: "registrations_find_password_hash",
  text: `SELECT password_hash FROM registrations WHERE phone = $1 AND created_at > $3
         ORDER BY (network IS NOT DISTINCT FROM $2 AND network IS NOT NULL) DESC, created_at DESC LIMIT 1`,
};

export function createRegistrationStore(database: Database): RegistrationStore {
  const { registrations, registrationTries } = database.models;
  async function moveUnproved(tx: Tx | null, phone: string): Promise<void> {
    await database.run(tx, moveWaitingAccounts, [phone, null]);
  }
  return {
    moveUnproved,
    async isPhoneTaken(tx, phone) {
      const [account] = await database.run<{ is_proved: boolean }>(tx, findAccount, [phone]);
      if (account && !account.is_proved) await moveUnproved(tx, phone);
      return account?.is_proved ?? false;
    },
    async addUnsent(tx, { phone, network, now }) {
      await database.run(tx, addUnsent, [phone, network ?? "", now]);
    },
    async isRepeated(tx, { phone, network, since }) {
      return (await database.run(tx, isRepeated, [phone, network, since])).length > 0;
    },
    async add(tx, registration, repeatedSince) {
      const rows = await database.run(tx, add, [
        registration.id,
        registration.tokenDigest,
        registration.phone,
        registration.firstName,
        registration.lastName,
        registration.email,
        registration.address,
        registration.apartmentName,
        registration.passwordHash,
        registration.network,
        registration.createdAt,
        repeatedSince,
      ]);
      return rows.length > 0;
    },
    async findPasswordHash(tx, { phone, network, since }) {
      const [row] = await database.run<Pick<RegistrationRow, "password_hash">>(tx, findPasswordHash, [
        phone,
        network,
        since,
      ]);
      return row?.password_hash ?? null;
    },
    async remove(tx, id) {
      await registrations.destroy({ where: { id }, transaction: tx });
    },
    async removeAll(tx, phone) {
      await database.run(tx, removeAll, [phone]);
    },
    async forget(tx, phone) {
      await database.run(tx, removeAll, [phone]);
      await registrationTries.destroy({ where: { phone }, transaction: tx });
    },
    async moveAllUnproved(tx, noCodeSince) {
      await database.run(tx, moveWaitingAccounts, [null, noCodeSince]);
    },
    async purge(tx, before) {
      const hasMore = await deleteBatch(database, tx, purge, [before]);
      return (await deleteBatch(database, tx, purgeTries, [before])) || hasMore;
    },
  };
}
