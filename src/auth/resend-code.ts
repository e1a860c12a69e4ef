import { DomainError } from "../errors.js";
import type { SmsGateway } from "../sms/sms-gateway.js";
import { type PhoneRules, parsePhone } from "../users/phone-number.js";
import type { UserStore } from "../users/user-store.js";
import { type SendCodeDeps, sendCode } from "../verification/send-code.js";

export interface ResendCodeDeps extends SendCodeDeps {
  users: UserStore;
  sms: SmsGateway;
  phoneRules: PhoneRules;
}

/**
 * Sends a new activation code; the earlier one stops working. For an unknown number, and for an account that an
 * administrator deactivated, it sends nothing and succeeds all the same.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH, ALREADY_ACTIVE, RATE_LIMITED (the number's SMS quota) or
 * SMS_UNAVAILABLE, after which the earlier code works again.
 */
export async function resendCode(deps: ResendCodeDeps, input: { phone: string }): Promise<void> {
  const phone = parsePhone(deps.phoneRules, input.phone);
  const account = await deps.users.findByPhone(null, phone);
  if (!account || account.isDeactivated) return;
  if (account.user.isActive) throw new DomainError("ALREADY_ACTIVE");

  const request = { userId: account.user.id, purpose: "activation", phone, phoneField: "phone" } as const;
  await sendCode(deps, request, ({ code }) => deps.sms.sendActivationCode(phone, code));
}
