import type { RecordActs } from "../audit/record.js";
import type { Challenge } from "../challenge.js";
import type { Database, Tx } from "../db/database.js";
import { DomainError } from "../errors.js";
import { accountDeletionConfirmed } from "../messages/sms.js";
import { type FreshSignInDeps, requireFreshSignIn, type SignInProof } from "../passwords/fresh-sign-in.js";
import type { SessionStore } from "../sessions/session-store.js";
import type { Clock } from "../system/clock.js";
import type { DeletionStore } from "../users/deletion-store.js";
import { isLastSuperuser, type User } from "../users/user.js";
import { type NotifyBySmsDeps, warnBySms } from "../verification/notify-by-sms.js";
import { type RequestLinkDeps, requestLink } from "../verification/request-link.js";
import { sendOperationCode } from "../verification/send-operation-code.js";
import { consumeLink, findLink, type VerifyLinkDeps, verifyCode } from "../verification/verify-link.js";
import { assertNumberSettled } from "./phone-change-link.js";
import type { PhoneChangeStore } from "./phone-change-store.js";

interface MayLeaveDeps {
  phoneChanges: PhoneChangeStore;
  clock: Clock;
  /** Locks the active superusers that aren't leaving until `tx` ends, and returns their ids. */
  lockSuperusers(tx: Tx): Promise<readonly number[]>;
}

export interface RequestAccountDeletionDeps extends RequestLinkDeps, FreshSignInDeps, MayLeaveDeps {}

export interface RequestAccountDeletionInput extends SignInProof {
  /** The account's number. */
  phone: string;
  isSuperuser: boolean;
  /** The caller's IP address. */
  callerAddress: string;
}

/**
 * Sends a code and a link to the caller's number, to confirm that the account is to be deleted. Returns the true challenge.
 *
 * Throws REAUTHENTICATION_REQUIRED, CURRENT_PASSWORD_INCORRECT, RATE_LIMITED (a phone change that can still be undone, or
 * the number's SMS quota, with the true challenge), LAST_SUPERUSER, SMS_UNAVAILABLE or OVERLOADED; UNAUTHENTICATED if the
 * account is leaving or the session over by now.
 */
export async function requestAccountDeletion(
  deps: RequestAccountDeletionDeps,
  input: RequestAccountDeletionInput,
): Promise<Challenge> {
  const { userId, sessionId, phone, isSuperuser, callerAddress } = input;
  await requireFreshSignIn(deps, input);
  const challenge = await sendOperationCode(deps, {
    ...{ userId, sessionId, purpose: "account_deletion", phone, phoneField: null, callerAddress },
    before: (tx) => assertMayAsk(deps, tx, { id: userId, isSuperuser }),
  });
  if (!challenge) throw new DomainError("UNAUTHENTICATED");
  return challenge;
}

/**
 * The same for a caller who isn't signed in, as `requestLink` does it. Nothing is sent for an account that is leaving, or
 * that could not ask signed in.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH or OVERLOADED.
 */
export function requestAccountDeletionByPhone(
  deps: RequestAccountDeletionDeps,
  input: { phone: string; callerAddress: string },
): Challenge {
  return requestLink(deps, {
    ...input,
    purpose: "account_deletion",
    before: (tx, user) => assertMayAsk(deps, tx, user),
  });
}

export interface ConfirmAccountDeletionDeps extends VerifyLinkDeps, NotifyBySmsDeps, MayLeaveDeps {
  /** Time (s) from now to the erasure. */
  accountDeletionSeconds: number;
  database: Database;
  deletions: DeletionStore;
  sessions: SessionStore;
  record: RecordActs;
}

/**
 * Makes the account that the link and code belong to leave: ends all its sessions, voids its codes, and tells its number
 * when it will be erased. Until then its owner can sign in, which cancels the deletion, and reset the password. Returns the
 * time of the erasure.
 *
 * Throws TOKEN_REQUIRED, TOKEN_INVALID, LINK_REJECTED, CODE_LOCKED, CODE_INCORRECT, LAST_SUPERUSER, or RATE_LIMITED for a
 * phone change that can still be undone.
 */
export async function confirmAccountDeletion(
  deps: ConfirmAccountDeletionDeps,
  input: { token: string; code: string },
): Promise<Date> {
  const { link, user } = await findLink(deps, input.token, "account_deletion", null);
  await verifyCode(deps, link, input.code, null);
  const deletionAt = await deps.database.transaction(async (tx) => {
    // Locks superusers, which other transactions lock before an account, so it precedes the link.
    await assertMayLeave(deps, tx, user.id);
    await consumeLink(deps, tx, link);
    // Change the account first: a concurrent login or code request waits for its row, and then sees the change.
    const leavesAt = await deps.deletions.leave(tx, user.id, deps.accountDeletionSeconds);
    if (!leavesAt) throw new DomainError("LINK_REJECTED");
    await deps.codes.voidAll(tx, user.id);
    const { length: sessionCount } = await deps.sessions.endAll(tx, user.id, null);
    const act = { accountId: user.id, at: deps.clock.now(), actor: { kind: "owner" } } as const;
    await deps.record(tx, { ...act, action: "deletion_requested", sessionCount });
    return leavesAt;
  });
  await warnBySms(deps, link.phone, "account_deletion", accountDeletionConfirmed(deletionAt));
  return deletionAt;
}

/** As `assertMayLeave`, and locks superusers only for one of them: callers who are not signed in must not. */
async function assertMayAsk(
  deps: MayLeaveDeps,
  tx: Tx,
  { id, isSuperuser }: Pick<User, "id" | "isSuperuser">,
): Promise<void> {
  if (isSuperuser) await assertMayLeave(deps, tx, id);
  else assertNumberSettled(deps, await deps.phoneChanges.findRecent(tx, id));
}

/** Throws LAST_SUPERUSER, or RATE_LIMITED while the number can be put back to the one before. Locks all superusers. */
async function assertMayLeave(deps: MayLeaveDeps, tx: Tx, userId: number): Promise<void> {
  if (isLastSuperuser(await deps.lockSuperusers(tx), userId)) throw new DomainError("LAST_SUPERUSER");
  assertNumberSettled(deps, await deps.phoneChanges.findRecent(tx, userId));
}
