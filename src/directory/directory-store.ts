import type { Database, Statement, Tx } from "../db/database.js";
import type { UserRow } from "../db/models/user.js";
import type { User } from "../users/user.js";
import { IS_ACCOUNT, toUser, USER_COLUMNS, type UserAttributes } from "../users/user-row.js";

/**
 * Reads accounts for internal services, in no order. What an older version left unproved is no account. One that is leaving
 * is inactive.
 */
export interface DirectoryStore {
  /** Finds the accounts with these ids, each at most MAX_USER_ID. */
  findByIds(tx: Tx | null, ids: readonly number[]): Promise<User[]>;
  /** Finds the accounts with these phone numbers. */
  findByPhones(tx: Tx | null, phones: readonly string[]): Promise<User[]>;
}

const COLUMNS = `${USER_COLUMNS}, deletion_at`;

const findByIds: Statement = {
  name: "directory_find_by_ids_2",
  text: `SELECT ${COLUMNS} FROM users WHERE id = ANY ($1::int[]) AND ${IS_ACCOUNT}`,
};
const findByPhones: Statement = {
  name: "directory_find_by_phones_2",
  text: `SELECT ${COLUMNS} FROM users WHERE phone = ANY ($1::varchar[]) AND ${IS_ACCOUNT}`,
};

type DirectoryRow = UserAttributes & Pick<UserRow, "deletion_at">;

export function createDirectoryStore(database: Database): DirectoryStore {
  const findBy = async (tx: Tx | null, statement: Statement, keys: readonly unknown[]) =>
    (await database.run<DirectoryRow>(tx, statement, [keys])).map((row) => ({
      ...toUser(row),
      isActive: row.is_active && row.deletion_at === null,
    }));
  return {
    findByIds: (tx, ids) => findBy(tx, findByIds, ids),
    findByPhones: (tx, phones) => findBy(tx, findByPhones, phones),
  };
}
