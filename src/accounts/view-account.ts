import type { RecordActs } from "../audit/record.js";
import type { Database, Tx } from "../db/database.js";
import { DomainError } from "../errors.js";
import type { Clock } from "../system/clock.js";
import type { User } from "../users/user.js";
import { type Credentials, isUnproved } from "../users/user-store.js";

/** An administrator who reads, in the session `sessionId`. */
export interface AccountReader {
  user: User;
  sessionId: string;
}

/** Whether the reader may see what is kept of the accounts of superusers. `reader` is null for the command line. */
export function readsSuperusers(reader: AccountReader | null): boolean {
  return reader === null || reader.user.isSuperuser;
}

/**
 * Returns the account that was found, or null if it is none but a registration. `reader` is null for the command line.
 *
 * Throws SUPERUSER_REQUIRED for the account of a superuser if the reader is not one.
 */
export function readableAccount(found: Credentials | null, reader: AccountReader | null): Credentials | null {
  if (found?.user.isSuperuser && !readsSuperusers(reader)) throw new DomainError("SUPERUSER_REQUIRED");
  return found && !isUnproved(found) ? found : null;
}

export interface ViewAccountDeps {
  database: Database;
  clock: Clock;
  record: RecordActs;
}

/**
 * Reads a part of an account for an administrator, in a transaction that records it in the history of the account: what
 * can't be recorded isn't read. `read` also returns the id of the account; null, if there is none, records nothing.
 */
export async function viewAccount<T>(
  deps: ViewAccountDeps,
  { reader, part }: { reader: AccountReader; part: "account" | "sessions" | "history" },
  read: (tx: Tx) => Promise<{ accountId: number | null; value: T }>,
): Promise<T> {
  return deps.database.transaction(async (tx) => {
    const { accountId, value } = await read(tx);
    if (accountId !== null) {
      const actor = { kind: "administrator", id: reader.user.id } as const;
      const act = { accountId, at: deps.clock.now(), actor };
      await deps.record(tx, { ...act, action: "viewed", fields: [part] });
    }
    return value;
  });
}
