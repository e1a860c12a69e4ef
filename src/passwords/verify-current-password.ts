import type { RecordActs } from "../audit/record.js";
import type { Database } from "../db/database.js";
import { DomainError } from "../errors.js";
import { SESSION_GUESSES } from "../guessing/guess.js";
import type { GuessStore } from "../guessing/guess-store.js";
import type { SessionStore } from "../sessions/session-store.js";
import type { Clock } from "../system/clock.js";
import type { Credentials } from "../users/user-store.js";
import type { PasswordHasher } from "./password-hash.js";

export interface VerifyCurrentPasswordDeps {
  database: Database;
  guesses: GuessStore;
  sessions: SessionStore;
  hasher: PasswordHasher;
  clock: Clock;
  record: RecordActs;
}

interface CurrentPassword {
  userId: number;
  /** The session that the password came with. */
  sessionId: string;
  currentPassword: string;
}

/**
 * Returns the account if the password is its own. It is counted for the session before it is compared, so neither
 * strangers nor other sessions keep the owner from it. The fifth wrong one in a row ends the session.
 *
 * Throws CURRENT_PASSWORD_INCORRECT, UNAUTHENTICATED (an inactive account, or a session that has had its five) or
 * OVERLOADED.
 */
export async function verifyCurrentPassword(
  deps: VerifyCurrentPasswordDeps,
  input: CurrentPassword,
): Promise<Credentials> {
  const { userId, sessionId } = input;
  const { account, guess } = await deps.guesses.countCurrentPassword(null, {
    userId,
    sessionId,
    now: deps.clock.now(),
  });
  if (!account?.user.isActive) throw new DomainError("UNAUTHENTICATED");
  if (!guess) {
    await endSession(deps, input);
    throw new DomainError("UNAUTHENTICATED");
  }
  const { ok } = await deps.hasher
    .verify(account.passwordHash, input.currentPassword)
    .catch(async (error) => {
      await deps.guesses.takeBack(null, guess);
      throw error;
    });
  if (ok) {
    await deps.guesses.restart(null, guess);
    return account;
  }
  if (guess.count >= SESSION_GUESSES) await endSession(deps, input);
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
