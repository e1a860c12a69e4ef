import type { RecordActs } from "../audit/record.js";
import type { Database } from "../db/database.js";
import { DomainError, rateLimited } from "../errors.js";
import type { GuessQueue } from "../guessing/guess-queue.js";
import {
  type CurrentPasswordCount,
  type CurrentPasswordStore,
  MAX_WRONG_PASSWORDS,
} from "../sessions/current-password-store.js";
import type { SessionStore } from "../sessions/session-store.js";
import { type Clock, epochSeconds } from "../system/clock.js";
import type { Credentials } from "../users/user-store.js";
import type { PasswordHasher } from "./password-hash.js";

export interface VerifyCurrentPasswordDeps {
  database: Database;
  currentPasswords: CurrentPasswordStore;
  guessQueue: GuessQueue;
  sessions: SessionStore;
  hasher: PasswordHasher;
  clock: Clock;
  record: RecordActs;
}

/** Retry delay (s) for a password that was not counted. */
const RETRY_AFTER_SECONDS = 1;

interface CurrentPassword {
  userId: number;
  /** The session that the password came with. */
  sessionId: string;
  currentPassword: string;
}

/**
 * Returns the account if the password is its own. It is counted for the session before it is compared, so neither
 * strangers nor other sessions keep the owner from it. The fifth wrong one in a row ends the session, however much time
 * lies between them.
 *
 * Throws CURRENT_PASSWORD_INCORRECT, UNAUTHENTICATED (an inactive account, or the session is over), RATE_LIMITED (while
 * five are compared, or the session is about to end) or OVERLOADED.
 */
export function verifyCurrentPassword(
  deps: VerifyCurrentPasswordDeps,
  input: CurrentPassword,
): Promise<Credentials> {
  const { userId, sessionId } = input;
  return deps.guessQueue.run(
    `session:${sessionId}`,
    () => deps.currentPasswords.count(null, { id: sessionId, userId }),
    (counted) => compare(deps, input, counted),
  );
}

async function compare(
  deps: VerifyCurrentPasswordDeps,
  input: CurrentPassword,
  { account, guess, isOverdue }: CurrentPasswordCount,
): Promise<Credentials> {
  if (!account?.user.isActive) throw new DomainError("UNAUTHENTICATED");
  if (isOverdue) {
    await endSession(deps, input);
    throw new DomainError("UNAUTHENTICATED");
  }
  if (!guess) {
    const resetAt = epochSeconds(deps.clock.now()) + RETRY_AFTER_SECONDS;
    throw rateLimited(RETRY_AFTER_SECONDS, { limit: MAX_WRONG_PASSWORDS, resetAt });
  }
  const { ok } = await deps.hasher
    .verify(account.passwordHash, input.currentPassword, "owner")
    .catch(async (error) => {
      await deps.currentPasswords.takeBack(null, input.sessionId);
      throw error;
    });
  if (ok) {
    await deps.currentPasswords.restart(null, input.sessionId);
    return account;
  }
  if (guess.count >= MAX_WRONG_PASSWORDS) await endSession(deps, input);
  throw new DomainError("CURRENT_PASSWORD_INCORRECT");
}

async function endSession(
  deps: VerifyCurrentPasswordDeps,
  { userId, sessionId }: CurrentPassword,
): Promise<void> {
  await deps.database.transaction(async (tx) => {
    if (!(await deps.sessions.endOne(tx, userId, sessionId))) return;
    const act = { accountId: userId, at: deps.clock.now(), actor: { kind: "system" } } as const;
    await deps.record(tx, { ...act, action: "session_ended", sessionId, sessionCount: 1 });
  });
}
