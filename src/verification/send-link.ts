import type { Operation, SmsGateway } from "../sms/sms-gateway.js";
import { link } from "./link-url.js";
import { type SendCodeDeps, type SendCodeInput, sendCode } from "./send-code.js";

export interface SendLinkDeps extends SendCodeDeps {
  sms: SmsGateway;
  frontendUrl: string;
}

/** As `sendCode`, for an operation whose code comes with a link to where it is entered. */
export function sendLink(
  deps: SendLinkDeps,
  input: SendCodeInput & { purpose: Operation },
): Promise<boolean> {
  const { phone, purpose } = input;
  return sendCode(deps, input, ({ code, token }) =>
    deps.sms.sendVerificationCode(phone, code, purpose, link(deps.frontendUrl, purpose, token)),
  );
}
