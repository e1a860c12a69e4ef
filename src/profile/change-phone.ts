import type { RecordActs } from "../audit/record.js";
import type { Challenge } from "../challenge.js";
import type { Database } from "../db/database.js";
import { DomainError, secondFactorRequired } from "../errors.js";
import type { GuessStore } from "../guessing/guess-store.js";
import { newPhoneDetail, phoneChangeRequested } from "../messages/sms.js";
import { type FreshSignInDeps, requireFreshSignIn, type SignInProof } from "../passwords/fresh-sign-in.js";
import type { RegistrationStore } from "../registrations/registration-store.js";
import type { SessionStore } from "../sessions/session-store.js";
import { type PhoneRules, parsePhone } from "../users/phone-number.js";
import { isAdmin } from "../users/user.js";
import type { UserStore } from "../users/user-store.js";
import type { CallerSession } from "../verification/compare-code.js";
import { type NotifyBySmsDeps, notifyBySms, warnBySms } from "../verification/notify-by-sms.js";
import { type SendOperationCodeDeps, sendOperationCode } from "../verification/send-operation-code.js";
import { consumeLink, findLink, type VerifyLinkDeps, verifyCode } from "../verification/verify-link.js";
import {
  assertMayChangePhone,
  type ChangeLink,
  type ChangeLinkDeps,
  newChangeLink,
} from "./phone-change-link.js";
import type { PhoneChangeStore } from "./phone-change-store.js";

/** Request field that errors about the new number refer to. */
const PHONE_FIELD = "new_phone";

interface AvailabilityDeps {
  registrations: RegistrationStore;
  /** Whether the whitelist allows an account for this number. */
  isWhitelisted(phone: string): Promise<boolean>;
}

/** The links that stop or undo a change. */
interface UndoDeps extends ChangeLinkDeps {
  users: UserStore;
  phoneChanges: PhoneChangeStore;
}

export interface RequestPhoneChangeDeps
  extends SendOperationCodeDeps,
    AvailabilityDeps,
    FreshSignInDeps,
    UndoDeps,
    NotifyBySmsDeps {
  phoneRules: PhoneRules;
  /** Whether the methods for administrators refuse sessions that have not passed the second step. */
  demandsSecondFactor: boolean;
}

export interface RequestPhoneChangeInput extends SignInProof {
  newPhone: string;
  /** Whether the caller's session has passed the second step. Absent: it has not. */
  hasSecondFactor?: boolean;
  /** The caller's IP address. */
  callerAddress: string;
}

/**
 * Sends a code and a link to the number that the caller wants to change to, and returns the true challenge. The
 * account's number is told, with a link that stops the change. Where the second step is demanded, an administrator needs a
 * session that has passed it: the next step goes to the new number, so a password alone must not choose that.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH, REAUTHENTICATION_REQUIRED, CURRENT_PASSWORD_INCORRECT,
 * PHONE_TAKEN, PHONE_NOT_WHITELISTED, RATE_LIMITED (five requests of the account in 24 hours, a change that can still be
 * undone, or the new number's SMS quota, with the true challenge), SMS_UNAVAILABLE or OVERLOADED.
 */
export async function requestPhoneChange(
  deps: RequestPhoneChangeDeps,
  input: RequestPhoneChangeInput,
): Promise<Challenge> {
  const phone = parsePhone(deps.phoneRules, input.newPhone, PHONE_FIELD);
  // First, so that a stolen access token can't ask which numbers have accounts.
  await requireFreshSignIn(deps, input);
  await assertAvailable(deps, phone);
  const stop = newChangeLink(deps);
  try {
    const { challenge, oldPhone } = await sendCode(deps, input, phone, stop);
    const notice = phoneChangeRequested(phone, stop.url);
    await warnBySms(deps, oldPhone, "phone_change", notice);
    return challenge;
  } catch (error) {
    await deps.phoneChanges.remove(null, stop.id);
    throw error;
  }
}

/** Sends the code, and stores the link `stop` with it. Returns the account's number at that time too. */
async function sendCode(
  deps: RequestPhoneChangeDeps,
  { userId, sessionId, callerAddress, hasSecondFactor = false }: RequestPhoneChangeInput,
  phone: string,
  { id, tokenDigest }: ChangeLink,
): Promise<{ challenge: Challenge; oldPhone: string }> {
  let oldPhone = "";
  const challenge = await sendOperationCode(deps, {
    ...{ userId, sessionId, purpose: "phone_change", phone, phoneField: PHONE_FIELD, callerAddress },
    async before(tx) {
      // Requests of one account pass here one by one, and after a confirmation that has begun.
      const account = await deps.users.lock(tx, { id: userId });
      if (!account?.user.isActive) throw new DomainError("UNAUTHENTICATED");
      if (deps.demandsSecondFactor && isAdmin(account.user) && !hasSecondFactor) throw secondFactorRequired();
      assertMayChangePhone(deps, await deps.phoneChanges.findRecent(tx, userId));
      oldPhone = account.user.phone;
      await deps.phoneChanges.addRequest(tx, { id, userId, oldPhone, tokenDigest });
    },
  });
  if (!challenge) throw new DomainError("UNAUTHENTICATED");
  return { challenge, oldPhone };
}

export interface ConfirmPhoneChangeDeps extends VerifyLinkDeps, AvailabilityDeps, UndoDeps, NotifyBySmsDeps {
  /** Time (s) after the change in which the old number's holder can undo it. */
  phoneChangeUndoSeconds: number;
  database: Database;
  sessions: SessionStore;
  guesses: GuessStore;
  record: RecordActs;
}

export interface ConfirmPhoneChangeInput {
  token: string;
  code: string;
  /** The caller's IP address. */
  callerAddress?: string;
  /** The caller's own session if an access token was sent. It must belong to the link's owner, and it stays open. */
  session: CallerSession | null;
}

/**
 * Changes the account's number to the one that the link and code were sent to, ends all other sessions, voids the
 * user's other codes, and notifies the old and the new number by SMS. From now on the account knows the caller's address.
 * Until the change can no longer be undone, with the link that the old number gets, nobody else gets that number. Returns
 * the new number.
 *
 * Throws TOKEN_REQUIRED, TOKEN_INVALID, LINK_REJECTED, CODE_LOCKED or CODE_INCORRECT; PHONE_TAKEN or
 * PHONE_NOT_WHITELISTED if the number has become unavailable since the request.
 */
export async function confirmPhoneChange(
  deps: ConfirmPhoneChangeDeps,
  input: ConfirmPhoneChangeInput,
): Promise<string> {
  const { session } = input;
  const { link, user } = await findLink(deps, input.token, "phone_change", session);
  await verifyCode(deps, link, input.code, session);

  const newPhone = link.phone;
  const { id: userId, phone: oldPhone } = user;
  await assertAvailable(deps, newPhone);
  const { url: undoUrl, ...undo } = newChangeLink(deps);
  const { phoneChangeUndoSeconds: undoSeconds } = deps;
  await deps.database.transaction(async (tx) => {
    await consumeLink(deps, tx, link);
    // Change the account first: a concurrent login or code request waits for its row, and then sees the change.
    const isChanged = await deps.users.setPhone(tx, userId, newPhone, PHONE_FIELD);
    if (!isChanged) throw new DomainError("LINK_REJECTED");
    await deps.phoneChanges.confirm(tx, { ...undo, userId, oldPhone }, undoSeconds);
    await deps.registrations.removeAll(tx, newPhone);
    await deps.codes.voidAll(tx, userId);
    const now = deps.clock.now();
    await deps.guesses.know(tx, { userId, address: input.callerAddress ?? "", guess: null, now });
    const { length: sessionCount } = await deps.sessions.endAll(tx, userId, session?.id ?? null);
    await deps.record(tx, {
      accountId: userId,
      at: now,
      actor: { kind: "owner" },
      action: "phone_changed",
      before: { phone: oldPhone },
      after: { phone: newPhone },
      sessionCount,
    });
  });
  const undoHours = Math.floor(undoSeconds / 3600);
  await notifyBySms(deps, oldPhone, "phone_change", newPhoneDetail(newPhone, undoUrl, undoHours));
  await notifyBySms(deps, newPhone, "phone_change");
  return newPhone;
}

async function assertAvailable(deps: AvailabilityDeps, phone: string): Promise<void> {
  if (await deps.registrations.isPhoneTaken(null, phone))
    throw new DomainError("PHONE_TAKEN", { field: PHONE_FIELD });
  if (!(await deps.isWhitelisted(phone)))
    throw new DomainError("PHONE_NOT_WHITELISTED", { field: PHONE_FIELD });
}
