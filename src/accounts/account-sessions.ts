import type { Actor } from "../audit/act.js";
import type { Tx } from "../db/database.js";
import { DomainError } from "../errors.js";
import type { ListedSession } from "../sessions/listed-session.js";
import type { SessionStore } from "../sessions/session-store.js";
import { type PhoneRules, parsePhone } from "../users/phone-number.js";
import type { UserStore } from "../users/user-store.js";
import { type ActOnAccountDeps, actOnAccount } from "./act-on-account.js";
import { type AccountReader, readableAccount, type ViewAccountDeps, viewAccount } from "./view-account.js";

export interface ReadAccountSessionsDeps {
  users: UserStore;
  sessions: SessionStore;
  phoneRules: PhoneRules;
}

export type ListAccountSessionsDeps = ReadAccountSessionsDeps & ViewAccountDeps;

/**
 * Returns the open sessions of the account with this phone number: the reader's own, if it is one of them, then the
 * others, latest use first. The history of the account has the read.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH, ACCOUNT_NOT_FOUND, or SUPERUSER_REQUIRED for the account of a
 * superuser if the reader is not one.
 */
export async function listAccountSessions(
  deps: ListAccountSessionsDeps,
  { phone, reader }: { phone: string; reader: AccountReader },
): Promise<ListedSession[]> {
  return viewAccount(deps, { reader, part: "sessions" }, async (tx) => {
    const { accountId, sessions } = await readAccountSessions(deps, tx, { phone, reader });
    return { accountId, value: sessions };
  });
}

/** The same, which nobody records. `reader` is null for the command line. */
export async function readAccountSessions(
  deps: ReadAccountSessionsDeps,
  tx: Tx | null,
  { phone, reader }: { phone: string; reader: AccountReader | null },
): Promise<{ accountId: number; sessions: ListedSession[] }> {
  const found = await deps.users.findByPhone(tx, parsePhone(deps.phoneRules, phone));
  const account = readableAccount(found, reader);
  if (!account) throw new DomainError("ACCOUNT_NOT_FOUND");
  const accountId = account.user.id;
  return { accountId, sessions: await deps.sessions.list(tx, accountId, reader?.sessionId ?? null) };
}

export interface RevokeAccountSessionsDeps extends ActOnAccountDeps {
  sessions: SessionStore;
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
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH, ACCOUNT_NOT_FOUND; ADMIN_REQUIRED or SUPERUSER_REQUIRED as
 * `lockAccount` does.
 */
export async function revokeAccountSessions(
  deps: RevokeAccountSessionsDeps,
  { phone, reason, actor }: RevokeAccountSessionsInput,
): Promise<number> {
  return actOnAccount(deps, { phone, actor }, async (tx, { user: { id: accountId } }) => {
    const { length: sessionCount } = await deps.sessions.endAll(tx, accountId, null);
    const act = { accountId, at: deps.clock.now(), actor, reason, sessionId: null, sessionCount };
    if (sessionCount > 0) await deps.record(tx, { ...act, action: "session_ended" });
    return sessionCount;
  });
}
