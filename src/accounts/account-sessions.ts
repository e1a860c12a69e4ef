import type { Actor } from "../audit/act.js";
import type { RecordActs } from "../audit/record.js";
import type { Database } from "../db/database.js";
import { DomainError } from "../errors.js";
import type { ListedSession } from "../sessions/listed-session.js";
import type { SessionStore } from "../sessions/session-store.js";
import type { Clock } from "../system/clock.js";
import { type PhoneRules, parsePhone } from "../users/phone-number.js";
import type { User } from "../users/user.js";
import { isUnproved, type UserStore } from "../users/user-store.js";
import { type LockAccountDeps, lockAccount } from "./lock-account.js";

export interface ListAccountSessionsDeps {
  users: UserStore;
  sessions: SessionStore;
  phoneRules: PhoneRules;
}

/** Who reads a list of sessions: an administrator in the session `sessionId`. */
export interface SessionReader {
  user: User;
  sessionId: string;
}

/**
 * Returns the open sessions of the account with this phone number: the reader's own, if it is one of them, then the
 * others, latest use first. `reader` is null for the command line.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH, ACCOUNT_NOT_FOUND, or SUPERUSER_REQUIRED for the account of a
 * superuser if the reader is not one.
 */
export async function listAccountSessions(
  deps: ListAccountSessionsDeps,
  { phone, reader }: { phone: string; reader: SessionReader | null },
): Promise<ListedSession[]> {
  const account = await deps.users.findByPhone(null, parsePhone(deps.phoneRules, phone));
  const isStaff = reader !== null && !reader.user.isSuperuser;
  if (account?.user.isSuperuser && isStaff) throw new DomainError("SUPERUSER_REQUIRED");
  if (!account || isUnproved(account)) throw new DomainError("ACCOUNT_NOT_FOUND");
  return deps.sessions.list(null, account.user.id, reader?.sessionId ?? null);
}

export interface RevokeAccountSessionsDeps extends LockAccountDeps {
  database: Database;
  sessions: SessionStore;
  clock: Clock;
  phoneRules: PhoneRules;
  record: RecordActs;
}

export interface RevokeAccountSessionsInput {
  phone: string;
  /** Why; recorded with the act. */
  reason: string;
  actor: Actor;
}

/**
 * Ends all sessions of the account with this phone number, and returns how many there were. Records nothing if there were
 * none.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH, ACCOUNT_NOT_FOUND; or SUPERUSER_REQUIRED as `lockAccount` does.
 */
export async function revokeAccountSessions(
  deps: RevokeAccountSessionsDeps,
  { phone: rawPhone, reason, actor }: RevokeAccountSessionsInput,
): Promise<number> {
  const phone = parsePhone(deps.phoneRules, rawPhone);
  return deps.database.transaction(async (tx) => {
    const { account } = await lockAccount(deps, tx, { phone, actor });
    if (!account) throw new DomainError("ACCOUNT_NOT_FOUND");
    const accountId = account.user.id;
    const { length: sessionCount } = await deps.sessions.endAll(tx, accountId, null);
    const act = { accountId, at: deps.clock.now(), actor, reason, sessionId: null, sessionCount };
    if (sessionCount > 0) await deps.record(tx, { ...act, action: "session_ended" });
    return sessionCount;
  });
}
