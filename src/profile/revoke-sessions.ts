import type { RecordActs } from "../audit/record.js";
import type { Database, Tx } from "../db/database.js";
import { DomainError } from "../errors.js";
import type { SessionStore } from "../sessions/session-store.js";
import type { Clock } from "../system/clock.js";
import type { UserStore } from "../users/user-store.js";

export interface RevokeSessionsDeps {
  database: Pick<Database, "transaction">;
  users: UserStore;
  sessions: SessionStore;
  clock: Clock;
  record: RecordActs;
}

/** The session that a call was made with. */
interface CallingSession {
  userId: number;
  /** The id of the session. */
  currentId: string;
}

/**
 * Ends an open session of the caller's account, which may be the caller's own.
 *
 * Throws UNAUTHENTICATED if the caller's own is over, or SESSION_NOT_FOUND if the account has no open session with this
 * id: of concurrent callers one succeeds.
 */
export async function revokeSession(
  deps: RevokeSessionsDeps,
  { sessionId, ...caller }: CallingSession & { sessionId: string },
): Promise<void> {
  // The database has the spelling in lower case, and the history seals the text.
  const id = sessionId.toLowerCase();
  await deps.database.transaction(async (tx) => {
    await lockCaller(deps, tx, caller);
    if (!(await deps.sessions.endOne(tx, caller.userId, id))) throw new DomainError("SESSION_NOT_FOUND");
    await deps.record(tx, {
      ...ownerAct(deps, caller),
      action: "session_ended",
      sessionId: id,
      sessionCount: 1,
    });
  });
}

/**
 * Ends the sessions of the caller's account except the caller's own, and returns how many there were. Records nothing if
 * there were none.
 *
 * Throws UNAUTHENTICATED if the caller's own is over: of two sessions that end each other, one stays.
 */
export function revokeOtherSessions(deps: RevokeSessionsDeps, caller: CallingSession): Promise<number> {
  return deps.database.transaction(async (tx) => {
    await lockCaller(deps, tx, caller);
    const { length: sessionCount } = await deps.sessions.endAll(tx, caller.userId, caller.currentId);
    const act = {
      ...ownerAct(deps, caller),
      action: "session_ended",
      sessionId: null,
      sessionCount,
    } as const;
    if (sessionCount > 0) await deps.record(tx, act);
    return sessionCount;
  });
}

/**
 * Locks the account, so that its sign-ins and revocations pass one by one, and checks that the calling session is still
 * open: another session may have ended it since the call was authenticated. Throws UNAUTHENTICATED if it is not.
 */
export async function lockCaller(
  { users, sessions }: Pick<RevokeSessionsDeps, "users" | "sessions">,
  tx: Tx,
  { userId, currentId }: CallingSession,
): Promise<void> {
  await users.lock(tx, { id: userId });
  const session = await sessions.find(tx, currentId, userId);
  if (session === null || session === "ended") throw new DomainError("UNAUTHENTICATED");
}

function ownerAct({ clock }: RevokeSessionsDeps, { userId }: CallingSession) {
  return { accountId: userId, at: clock.now(), actor: { kind: "owner" } } as const;
}
