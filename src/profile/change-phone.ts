import type { Database } from "../db/database.js";
import { DomainError } from "../errors.js";
import { phoneChangeDetails } from "../messages/sms.js";
import type { SessionStore } from "../sessions/session-store.js";
import { type PhoneRules, parsePhone } from "../users/phone-number.js";
import type { RegistrationStore } from "../users/registration-store.js";
import { type NotifyBySmsDeps, notifyBySms } from "../verification/notify-by-sms.js";
import { type SendLinkDeps, sendLink } from "../verification/send-code.js";
import type { SmsQuotaStore } from "../verification/sms-quota-store.js";
import {
  type CallerSession,
  consumeLink,
  findLink,
  type VerifyLinkDeps,
  verifyCode,
} from "../verification/verify-link.js";

/** The request field that errors about the new number name. */
const PHONE_FIELD = "new_phone";

interface AvailabilityDeps {
  registrations: RegistrationStore;
  /** Whether the whitelist lets this number have an account. */
  allows(phone: string): Promise<boolean>;
}

export interface RequestPhoneChangeDeps extends SendLinkDeps, AvailabilityDeps {
  phoneRules: PhoneRules;
}

/**
 * Sends a code and a link to the number that the caller wants to change to.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH, PHONE_TAKEN, PHONE_NOT_WHITELISTED, RATE_LIMITED (the new
 * number's SMS quota) or SMS_UNAVAILABLE.
 */
export async function requestPhoneChange(
  deps: RequestPhoneChangeDeps,
  input: { userId: number; sessionId: string; newPhone: string },
): Promise<void> {
  const phone = parsePhone(deps.phoneRules, input.newPhone, PHONE_FIELD);
  await assertAvailable(deps, phone, deps.clock.now());
  const { userId, sessionId } = input;
  const purpose = "phone_change";
  const isSent = await sendLink(deps, { userId, sessionId, purpose, phone, phoneField: PHONE_FIELD });
  if (!isSent) throw new DomainError("UNAUTHENTICATED");
}

export interface ConfirmPhoneChangeDeps extends VerifyLinkDeps, AvailabilityDeps, NotifyBySmsDeps {
  database: Database;
  smsQuota: SmsQuotaStore;
  sessions: SessionStore;
}

export interface ConfirmPhoneChangeInput {
  token: string;
  code: string;
  /** The caller's own session, if the call came with one: it must be the link's owner's, and it stays open. */
  session: CallerSession | null;
}

/**
 * Gives the account the number that link and code were sent to, ends all other sessions, voids the user's other
 * codes, and tells the old and the new number. Returns the new number.
 *
 * Throws TOKEN_REQUIRED, TOKEN_INVALID, LINK_REJECTED, CODE_LOCKED, CODE_INCORRECT, PHONE_TAKEN or
 * PHONE_NOT_WHITELISTED: what was available at the request may not be any more.
 */
export async function confirmPhoneChange(
  deps: ConfirmPhoneChangeDeps,
  input: ConfirmPhoneChangeInput,
): Promise<string> {
  const { session } = input;
  const { link: proved, user } = await findLink(deps, input.token, "phone_change", session);
  await verifyCode(deps, proved, input.code);

  const newPhone = proved.phone;
  const { id: userId, phone: oldPhone } = user;
  const now = deps.clock.now();
  await assertAvailable(deps, newPhone, now);
  await deps.database.transaction(async (tx) => {
    await deps.smsQuota.lock(tx, newPhone);
    await consumeLink(deps, tx, proved);
    await deps.registrations.removeAbandoned(tx, newPhone, now);
    // First the account: a login or a request for a code under way waits here, and then finds it changed.
    const isChanged = await deps.users.setPhone(tx, userId, newPhone, PHONE_FIELD);
    if (!isChanged) throw new DomainError("LINK_REJECTED");
    await deps.codes.voidAll(tx, userId);
    await deps.sessions.endAll(tx, userId, now, session?.id ?? null);
  });
  notifyBySms(deps, oldPhone, "phone_change", phoneChangeDetails.toOldNumber(newPhone));
  notifyBySms(deps, newPhone, "phone_change", phoneChangeDetails.toNewNumber(oldPhone));
  return newPhone;
}

async function assertAvailable(deps: AvailabilityDeps, phone: string, now: Date): Promise<void> {
  if (await deps.registrations.isPhoneTaken(null, phone, now))
    throw new DomainError("PHONE_TAKEN", { field: PHONE_FIELD });
  if (!(await deps.allows(phone))) throw new DomainError("PHONE_NOT_WHITELISTED", { field: PHONE_FIELD });
}
