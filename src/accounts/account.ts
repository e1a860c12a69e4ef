import type { UserRow } from "../db/models/user.js";
import type { User } from "../users/user.js";
import { toUser, USER_ATTRIBUTES } from "../users/user-row.js";
import type { Credentials } from "../users/user-store.js";

/** An account, as administrators see it. */
export interface Account extends User {
  /** When the account is erased; null: it isn't leaving. */
  deletionAt: Date | null;
}

/** What an account is: one that is deactivated and leaving counts as deactivated. */
export const ACCOUNT_STATES = ["active", "deactivated", "leaving"] as const;
export type AccountState = (typeof ACCOUNT_STATES)[number];

export function accountState({
  isActive,
  deletionAt,
}: Pick<Account, "isActive" | "deletionAt">): AccountState {
  if (!isActive) return "deactivated";
  return deletionAt ? "leaving" : "active";
}

const ACCOUNT_ATTRIBUTES = [...USER_ATTRIBUTES, "deletion_at"] as const satisfies (keyof UserRow)[];

/** The columns of `users` that an Account is built from. */
export type AccountAttributes = Pick<UserRow, (typeof ACCOUNT_ATTRIBUTES)[number]>;

/** The same columns for SELECT and RETURNING, of the table or alias `users`. */
export const ACCOUNT_COLUMNS = ACCOUNT_ATTRIBUTES.map((column) => `users.${column}`).join(", ");

export function toAccount(row: AccountAttributes): Account {
  return { ...toUser(row), deletionAt: row.deletion_at };
}

/** The account without its password hash. */
export function accountOf({ user, deletionAt }: Credentials): Account {
  return { ...user, deletionAt };
}
