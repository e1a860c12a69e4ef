import type { Database, Statement, Tx } from "../db/database.js";
import type { User } from "../users/user.js";
import { IS_ACCOUNT, toUser, USER_COLUMNS, type UserAttributes } from "../users/user-row.js";

/** Reads accounts for internal services, in no order. What an older version left unproved is no account. */
export interface DirectoryStore {
  /** Finds the accounts with these ids, each at most MAX_USER_ID. */
  findByIds(tx: Tx | null, ids: readonly number[]): Promise<User[]>;
  /** Finds the accounts with these phone numbers. */
  findByPhones(tx: Tx | null, phones: readonly string[]): Promise<User[]>;
}

const findByIds: Statement = {
  name: "directory_find_by_ids_2",
  text: `SELECT ${USER_COLUMNS} FROM users WHERE id = ANY ($1::int[]) AND ${IS_ACCOUNT}`,
};
const findByPhones: Statement = {
  name: "directory_find_by_phones_2",
  text: `SELECT ${USER_COLUMNS} FROM users WHERE phone = ANY ($1::varchar[]) AND ${IS_ACCOUNT}`,
};

export function createDirectoryStore(database: Database): DirectoryStore {
  const findBy = async (tx: Tx | null, statement: Statement, keys: readonly unknown[]) =>
    (await database.run<UserAttributes>(tx, statement, [keys])).map(toUser);
  return {
    findByIds: (tx, ids) => findBy(tx, findByIds, ids),
    findByPhones: (tx, phones) => findBy(tx, findByPhones, phones),
  };
}
