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
  /** The session to end; null: all of them. */
  sessionId: string | null;
  /** Why; recorded with the act. */
  reason: string;
  actor: Actor;
}

/**
 * Ends all sessions of the account with this phone number, or the one with this id, and returns how many there were: 0 if
 * the account has no open session with this id. Records nothing if there were none.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH, ACCOUNT_NOT_FOUND; ADMIN_REQUIRED or SUPERUSER_REQUIRED as
 * `lockAccount` does.
 */
export async function revokeAccountSessions(
  deps: RevokeAccountSessionsDeps,
  { phone, sessionId, reason, actor }: RevokeAccountSessionsInput,
): Promise<number> {
  // The database has the spelling in lower case, and the history seals the text.
  const id = sessionId?.toLowerCase() ?? null;
  return actOnAccount(deps, { phone, actor }, async (tx, { user: { id: accountId } }) => {
    const sessionCount = await endSessions(deps.sessions, tx, accountId, id);
    const act = { accountId, at: deps.clock.now(), actor, reason, sessionId: id, sessionCount };
    if (sessionCount > 0) await deps.record(tx, { ...act, action: "session_ended" });
    return sessionCount;
  });
}

async function endSessions(
  sessions: SessionStore,
  tx: Tx,
  accountId: number,
  id: string | null,
): Promise<number> {
  if (id === null) return (await sessions.endAll(tx, accountId, null)).length;
  return (await sessions.endOne(tx, accountId, id)) ? 1 : 0;
}
