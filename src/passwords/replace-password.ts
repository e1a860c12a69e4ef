import type { RecordActs } from "../audit/record.js";
import type { Database } from "../db/database.js";
import { DomainError } from "../errors.js";
import type { GuessStore } from "../guessing/guess-store.js";
import type { SessionStore } from "../sessions/session-store.js";
import type { CallerSession } from "../verification/compare-code.js";
import { type NotifyBySmsDeps, notifyBySms } from "../verification/notify-by-sms.js";
import {
  consumeLink,
  findLink,
  refundAttempt,
  type VerifyLinkDeps,
  verifyCode,
} from "../verification/verify-link.js";
import type { PasswordHasher } from "./password-hash.js";
import {
  checkPassword,
  normalisePassword,
  type PasswordRules,
  requireSamePassword,
} from "./password-policy.js";

export interface ReplacePasswordDeps extends VerifyLinkDeps, NotifyBySmsDeps {
  database: Database;
  sessions: SessionStore;
  guesses: GuessStore;
  hasher: PasswordHasher;
  passwordRules: PasswordRules;
  record: RecordActs;
}

export interface ReplacePasswordInput {
  purpose: "password_reset" | "password_change";
  token: string;
  code: string;
  newPassword: string;
  newPasswordConfirm: string;
  /** The caller's IP address. */
  callerAddress?: string;
  /** The caller's own session if an access token was sent. It must belong to the link's owner, and it stays open. */
  session: CallerSession | null;
}

/**
 * Sets the password of the account that the link and code belong to, ends all other sessions, voids the user's other
 * codes, and confirms by SMS. From now on the account knows the caller's address, after a reset only this one. Neither a
 * rejected password nor a full hash queue costs an attempt at the code.
 *
 * Throws INVALID_REQUEST, TOKEN_REQUIRED, TOKEN_INVALID, LINK_REJECTED, CODE_LOCKED, CODE_INCORRECT,
 * PASSWORD_REJECTED or OVERLOADED.
 */
export async function replacePassword(deps: ReplacePasswordDeps, input: ReplacePasswordInput): Promise<void> {
  const { purpose, session } = input;
  requireSamePassword(input.newPassword, input.newPasswordConfirm, "new_password_confirm");
  const { link, user } = await findLink(deps, input.token, purpose, session);

  const password = normalisePassword(input.newPassword);
  checkPassword(deps.passwordRules, password, user, "new_password");
  await verifyCode(deps, link, input.code, session);
  const passwordHash = await deps.hasher.hash(password, "owner").catch(async (error: unknown) => {
    await refundAttempt(deps, link);
    throw error;
  });

  await deps.database.transaction(async (tx) => {
    await consumeLink(deps, tx, link);
    // Change the account first: a concurrent login or code request waits for its row, and then sees the change.
    const isChanged = await deps.users.setPasswordHash(tx, user.id, passwordHash);
    if (!isChanged) throw new DomainError("LINK_REJECTED");
    const now = deps.clock.now();
    const address = input.callerAddress ?? "";
    if (purpose === "password_reset") await deps.guesses.forget(tx, user.id, now);
    await deps.guesses.know(tx, { userId: user.id, address, guess: null, now });
    await deps.codes.voidAll(tx, user.id);
    const { length: sessionCount } = await deps.sessions.endAll(tx, user.id, session?.id ?? null);
    const action = purpose === "password_reset" ? "password_reset" : "password_changed";
    const act = { accountId: user.id, at: now, actor: { kind: "owner" } } as const;
    await deps.record(tx, { ...act, action, sessionCount });
  });
  await notifyBySms(deps, user.phone, purpose);
}
