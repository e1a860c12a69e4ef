import type { Database, Statement, Tx } from "../db/database.js";
import type { AccountActRow } from "../db/models/account-act.js";
import type { AccountActValuesRow } from "../db/models/account-act-values.js";
import type { CodeRow } from "../db/models/code.js";
import type { KnownCallerRow } from "../db/models/known-caller.js";
import type { PhoneChangeRow } from "../db/models/phone-change.js";
import type { SessionRow } from "../db/models/session.js";
import type { SmsSendRow } from "../db/models/sms-send.js";
import type { UserRow } from "../db/models/user.js";
import type { WhitelistEntryRow } from "../db/models/whitelist-entry.js";
import { USER_ATTRIBUTES } from "../users/user-row.js";
import { WORKING_CODES } from "../verification/code-statements.js";

/** The latest acts that an export has at most. */
export const MAX_EXPORTED_ACTS = 10_000;

/** The sessions that an export has at most. An owner who signs in all the time has many more that are over. */
export const MAX_EXPORTED_SESSIONS = 1000;

/**
 * The columns that an export has, by table. A test compares them with the personal data in docs/personal-data.md, which
 * says why the others are left out.
 */
export const EXPORTED_COLUMNS = {
  users: [...USER_ATTRIBUTES, "deactivated_at", "deletion_at"],
  sessions: ["id", "created_at", "last_used_at", "expires_at", "revoked_at", "client", "address"],
  known_callers: ["caller", "expires_at"],
  account_history: ["number", "at", "action", "actor_kind", "fields", "session_id", "session_count"],
  account_history_values: ["before", "after", "reason"],
  sms_sends: ["sent_at", "purpose", "delivery", "network"],
  phone_changes: ["old_phone", "created_at", "confirmed_at", "undo_until", "ended_at"],
  codes: ["purpose", "issued_at", "expires_at"],
  whitelist_entries: ["phone", "added_at", "notes", "is_active"],
} as const satisfies Record<string, readonly string[]>;

type Columns = typeof EXPORTED_COLUMNS;
/** A row as JSON has it: times are texts (ISO 8601). */
type JsonRow<Row, Table extends keyof Columns> = {
  [Name in Columns[Table][number] & keyof Row]: TextForDate<Row[Name]>;
};
type TextForDate<Value> = Value extends Date ? string : Value;

/** What is kept about an account, all of it from the same moment. */
export interface ExportedRows {
  user: JsonRow<UserRow, "users">;
  /** Open ones first, then the latest; one more than MAX_EXPORTED_SESSIONS if there are so many. */
  latest_sessions: JsonRow<SessionRow, "sessions">[];
  /** Oldest first, as in the lists that follow except `latest_acts`. */
  known_callers: JsonRow<KnownCallerRow, "known_callers">[];
  /** Latest first; one more than MAX_EXPORTED_ACTS if there are so many. */
  latest_acts: (JsonRow<AccountActRow, "account_history"> &
    JsonRow<AccountActValuesRow, "account_history_values">)[];
  sends: JsonRow<SmsSendRow, "sms_sends">[];
  phone_changes: JsonRow<PhoneChangeRow, "phone_changes">[];
  codes: JsonRow<CodeRow, "codes">[];
  whitelist_entry: JsonRow<WhitelistEntryRow, "whitelist_entries"> | null;
}

export interface ExportStore {
  /** Reads what is kept about an account, by one statement. `now` decides which codes still work. */
  read(tx: Tx, accountId: number, now: Date): Promise<ExportedRows>;
}

const columns = (...tables: (keyof Columns)[]) =>
  tables.flatMap((table) => EXPORTED_COLUMNS[table].map((column) => `${table}.${column}`)).join(", ");
const rows = (text: string) => `(SELECT coalesce(json_agg(part), '[]') FROM (${text}) AS part)`;
const row = (text: string) => `(SELECT row_to_json(part) FROM (${text}) AS part)`;

const PHONE = "(SELECT phone FROM users WHERE id = $1)";
/** Another person may have had the number before. Null, of no change, is passed over. */
const HAS_PHONE_SINCE = `(
  SELECT greatest(date_joined, (
    SELECT max(confirmed_at) FROM phone_changes WHERE user_id = $1 AND old_phone <> users.phone
  )) FROM users WHERE id = $1
)`;

// One statement, which sees one moment: READ COMMITTED would show each of several statements another one.
const read: Statement = {
  name: "account_export_read",
  text: `SELECT
    ${row(`SELECT ${columns("users")} FROM users WHERE id = $1`)} AS user,
    ${rows(`SELECT ${columns("sessions")} FROM sessions WHERE user_id = $1
            ORDER BY revoked_at IS NULL AND expires_at > clock_timestamp() DESC, created_at DESC, id DESC
            LIMIT ${MAX_EXPORTED_SESSIONS + 1}`)} AS latest_sessions,
    ${rows(`SELECT ${columns("known_callers")} FROM known_callers WHERE user_id = $1
            ORDER BY expires_at, caller`)} AS known_callers,
    ${rows(`SELECT ${columns("account_history", "account_history_values")}
            FROM account_history LEFT JOIN account_history_values USING (account_id, number)
            WHERE account_history.account_id = $1
            ORDER BY account_history.number DESC LIMIT ${MAX_EXPORTED_ACTS + 1}`)} AS latest_acts,
    ${rows(`SELECT ${columns("sms_sends")} FROM sms_sends
            WHERE phone = ${PHONE} AND sent_at >= ${HAS_PHONE_SINCE} ORDER BY sent_at, id`)} AS sends,
    ${rows(`SELECT ${columns("phone_changes")} FROM phone_changes WHERE user_id = $1
            ORDER BY created_at, id`)} AS phone_changes,
    ${rows(`SELECT ${columns("codes")} FROM ${WORKING_CODES}
              AND codes.user_id = $1 AND codes.expires_at > $2 ORDER BY codes.number`)} AS codes,
    ${row(`SELECT ${columns("whitelist_entries")} FROM whitelist_entries WHERE phone = ${PHONE}`)} AS whitelist_entry`,
};

export function createExportStore(database: Database): ExportStore {
  return {
    async read(tx, accountId, now) {
      const [found] = await database.run<ExportedRows>(tx, read, [accountId, now]);
      return found as ExportedRows;
    },
  };
}
