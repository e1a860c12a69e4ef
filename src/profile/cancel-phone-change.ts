import type { RecordActs } from "../audit/record.js";
import type { Database, Tx } from "../db/database.js";
import { DomainError } from "../errors.js";
import type { GuessStore } from "../guessing/guess-store.js";
import { VOID_PASSWORD_HASH } from "../passwords/stored-hash.js";
import type { RegistrationStore } from "../registrations/registration-store.js";
import type { SessionStore } from "../sessions/session-store.js";
import type { Clock } from "../system/clock.js";
import type { User } from "../users/user.js";
import type { UserStore } from "../users/user-store.js";
import type { CodeStore } from "../verification/code-store.js";
import { findByDigest } from "../verification/link-token.js";
import type { PhoneChangeStore } from "./phone-change-store.js";

export interface CancelPhoneChangeDeps {
  database: Database;
  users: UserStore;
  codes: CodeStore;
  sessions: SessionStore;
  guesses: GuessStore;
  registrations: RegistrationStore;
  phoneChanges: PhoneChangeStore;
  record: RecordActs;
  clock: Clock;
  codeKeys: readonly Uint8Array[];
  /** Time (s) after a phone change in which it can be undone. */
  phoneChangeUndoSeconds: number;
}

/**
 * Stops the phone changes that an account has asked for, or undoes the one that was done, for the holder of the link
 * that was sent to the old number. Undone, the account has its old number, no session, and no password until it is reset
 * by SMS: whoever changed the number knew the password.
 *
 * Throws TOKEN_REQUIRED, TOKEN_INVALID, or LINK_REJECTED for a token that is unknown, used or too old, or of an account
 * that is leaving. Of concurrent callers one succeeds.
 */
export async function cancelPhoneChange(
  deps: CancelPhoneChangeDeps,
  input: { token: string },
): Promise<void> {
  const link = await findByDigest(deps.codeKeys, input.token, async (digest) => {
    const userId = await deps.phoneChanges.findUserId(null, digest);
    return userId === null ? null : { userId, digest };
  });
  if (!link) throw new DomainError("LINK_REJECTED");
  const { userId, digest } = link;
  await deps.database.transaction(async (tx) => {
    // A concurrent confirmation waits here, or has finished: then the account has another number.
    const account = await deps.users.lock(tx, { id: userId });
    if (!account || account.deletionAt) throw new DomainError("LINK_REJECTED");
    const oldPhone = await deps.phoneChanges.claim(tx, digest, deps.phoneChangeUndoSeconds);
    if (oldPhone === null) throw new DomainError("LINK_REJECTED");
    if (account.user.phone === oldPhone) await stopChange(deps, tx, userId);
    else await undoChange(deps, tx, account.user, oldPhone);
  });
}

async function stopChange(deps: CancelPhoneChangeDeps, tx: Tx, userId: number): Promise<void> {
  await deps.codes.voidAll(tx, userId, "phone_change");
  await deps.record(tx, { ...ownerAct(deps, userId), action: "phone_change_cancelled" });
}

async function undoChange(deps: CancelPhoneChangeDeps, tx: Tx, user: User, oldPhone: string): Promise<void> {
  await deps.users.restorePhone(tx, user.id, oldPhone, VOID_PASSWORD_HASH);
  await deps.registrations.removeAll(tx, oldPhone);
  await deps.codes.voidAll(tx, user.id);
  // Or the addresses of whoever changed the number would share the owner's reserve of messages.
  await deps.guesses.forget(tx, user.id, deps.clock.now());
  const { length: sessionCount } = await deps.sessions.endAll(tx, user.id, null);
  await deps.record(tx, {
    ...ownerAct(deps, user.id),
    action: "phone_change_undone",
    before: { phone: user.phone },
    after: { phone: oldPhone },
    sessionCount,
  });
}

function ownerAct({ clock }: CancelPhoneChangeDeps, accountId: number) {
  return { accountId, at: clock.now(), actor: { kind: "owner" } } as const;
}
