import { type FirstActs, recordFirstActs } from "../audit/first-acts.js";
import type { Database, Statement, Tx } from "../db/database.js";
import type { ActivationCodeRow } from "../db/models/activation-code.js";
import type { OuterJoined } from "../db/models/columns.js";
import type { RegistrationRow } from "../db/models/registration.js";
import { knowFirst } from "../guessing/guess-statements.js";
import type { User } from "../users/user.js";
import { toUser, USER_COLUMNS, type UserAttributes } from "../users/user-row.js";
import { unlessPhoneTaken } from "../users/user-store.js";
import { MAX_ATTEMPTS } from "../verification/code.js";
import type { ComparableCode } from "./activation-attempt-store.js";
import { type AccountColumns, type AccountState, accountState, byClaim } from "./meant-registrations.js";
import type { RegistrationClaim } from "./registration.js";

/** The registration that a caller means, of several the newest. */
export interface MeantRegistration {
  id: string;
  /** True if the caller's secret or address names it; false if it is just the only one of its number. */
  isNamed: boolean;
  /** The code sent last, if it has not expired. */
  newest: { id: string; expiresAt: Date } | null;
  /** Counted attempts of callers who are named. */
  attempts: number;
}

/** An activation code to store. */
interface NewActivationCode {
  id: string;
  registrationId: string;
  codeDigest: Buffer;
  expiresAt: Date;
}

/** The account that a correct code makes. */
interface NewAccount {
  /** The id that the attempt returned, for which `acts` are sealed. */
  id: number;
  code: ComparableCode;
  /** Address of the caller (`knownAddressKey`), which the account knows until `expiresAt`. Null: unknown. */
  knownAddress: { caller: string | null; expiresAt: Date };
  acts: FirstActs;
}

export interface ActivationStore {
  /** Finds the registration that a caller means, and the state of the number's account. One statement. */
  find(
    tx: Tx | null,
    caller: { phone: string; claim: RegistrationClaim; now: Date; since: Date },
  ): Promise<{ account: AccountState; registration: MeantRegistration | null }>;
  /**
   * Adds a code to a registration. The codes before it stay valid, under the same count of attempts; where the attempts
   * are used up, they become void and the count starts anew, separately for callers who are named and for all others.
   * The count also starts anew when no code is valid any more. Returns the attempts of named callers that count from
   * now on; null if the registration no longer exists.
   */
  addCode(tx: Tx, code: NewActivationCode, now: Date): Promise<number | null>;
  /** Removes a code that was never delivered. */
  removeCode(tx: Tx, id: string): Promise<void>;
  /**
   * Makes an account of the registration whose code was correct, with its first known address and its first acts, and
   * removes all registrations of its number. Null for every caller but the first, and when an account has got the number
   * meanwhile. Throws PHONE_TAKEN if the number is reserved for the account that has just left it. One statement.
   */
  activate(tx: Tx | null, account: NewAccount): Promise<User | null>;
}

const find = byClaim(
  "activation_find",
  (meant) => `WITH ${meant}
    SELECT account.is_active, account.deactivated_at, meant.id, meant.is_named, meant.named_attempts,
      code.id AS code_id, code.expires_at
    FROM (VALUES (1)) AS one LEFT JOIN account ON true
    LEFT JOIN (SELECT * FROM meant ORDER BY created_at DESC LIMIT 1) AS meant ON true
    LEFT JOIN LATERAL (
      SELECT id, expires_at FROM activation_codes
      WHERE registration_id = meant.id AND number >= meant.named_since AND expires_at > $3::timestamptz
      ORDER BY number DESC LIMIT 1
    ) AS code ON true`,
);

const restarts = (attempts: string) => `(${attempts} >= ${MAX_ATTEMPTS} OR NOT EXISTS (SELECT FROM valid))`;

// The UPDATE reads the registration after its row is locked: an attempt is counted either before it or after it.
const addCode: Statement = {
  name: "activation_add_code",
  text: `WITH valid AS (
      SELECT FROM activation_codes WHERE registration_id = $2::uuid AND expires_at > $5::timestamptz
    ), added AS (
      INSERT INTO activation_codes (id, registration_id, code_digest, expires_at)
      SELECT $1::uuid, id, $3::bytea, $4::timestamptz FROM registrations WHERE id = $2
      RETURNING number
    )
    UPDATE registrations SET
      named_since = CASE WHEN ${restarts("named_attempts")} THEN added.number ELSE named_since END,
      named_attempts = CASE WHEN ${restarts("named_attempts")} THEN 0 ELSE named_attempts END,
      other_since = CASE WHEN ${restarts("other_attempts")} THEN added.number ELSE other_since END,
      other_attempts = CASE WHEN ${restarts("other_attempts")} THEN 0 ELSE other_attempts END
    FROM added WHERE id = $2 RETURNING named_attempts`,
};

// A concurrent caller who proved another registration of the number waits for the unique phone, before the DELETE, which
// needs the new account: so they don't wait for each other. Registrations are locked in the order in which attempts lock
// them. All other rows are the new account's, for which nobody waits.
export const activate: Statement = {
  name: "registrations_activate_2",
  text: `WITH created AS (
      INSERT INTO users (id, phone, first_name, last_name, email, address, apartment_name, password_hash, is_active,
        date_joined)
      SELECT $3::int, phone, first_name, last_name, email, address, apartment_name, password_hash, true, created_at
      FROM registrations WHERE id = $1 AND EXISTS (SELECT FROM activation_codes WHERE id = $2)
      ON CONFLICT (phone) DO NOTHING
      RETURNING ${USER_COLUMNS}
    ), removed AS (
      DELETE FROM registrations WHERE id IN (
        SELECT registrations.id FROM registrations JOIN created ON created.phone = registrations.phone
        ORDER BY registrations.id FOR UPDATE OF registrations
      )
    ), ${knowFirst("created", { caller: "$4", expiresAt: "$5" })}, ${recordFirstActs("created", 6)}
    SELECT * FROM created`,
};

interface FoundRow
  extends AccountColumns,
    OuterJoined<Pick<RegistrationRow, "id" | "named_attempts">>,
    OuterJoined<Pick<ActivationCodeRow, "expires_at">> {
  is_named: boolean | null;
  code_id: ActivationCodeRow["id"] | null;
}

export function createActivationStore(database: Database): ActivationStore {
  const { activationCodes } = database.models;
  return {
    async find(tx, { phone, claim, now, since }) {
      const { statement, key } = find(claim);
      const [row] = await database.run<FoundRow>(tx, statement, [phone, since, now, key]);
      return { account: row ? accountState(row) : "none", registration: row ? toRegistration(row) : null };
    },
    async addCode(tx, code, now) {
      const values = [code.id, code.registrationId, code.codeDigest, code.expiresAt, now];
      const [row] = await database.run<Pick<RegistrationRow, "named_attempts">>(tx, addCode, values);
      return row ? row.named_attempts : null;
    },
    async removeCode(tx, id) {
      await activationCodes.destroy({ where: { id }, transaction: tx });
    },
    async activate(tx, { id, code, knownAddress, acts }) {
      const { caller, expiresAt } = knownAddress;
      const values = [code.registrationId, code.id, id, caller, expiresAt, ...acts.values];
      const [row] = await unlessPhoneTaken(database.run<UserAttributes>(tx, activate, values));
      return row ? toUser(row) : null;
    },
  };
}

function toRegistration(row: FoundRow): MeantRegistration | null {
  if (row.id === null) return null;
  const newest = row.code_id && row.expires_at ? { id: row.code_id, expiresAt: row.expires_at } : null;
  return { id: row.id, isNamed: row.is_named ?? false, newest, attempts: row.named_attempts ?? 0 };
}
