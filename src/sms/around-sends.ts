import type { SmsKind } from "../telemetry/metrics.js";
import type { SmsGateway } from "./sms-gateway.js";

/** The same gateway, but each message is sent by `around`, which gets its kind. */
export function aroundSends(
  gateway: SmsGateway,
  around: (kind: SmsKind, send: () => Promise<void>) => Promise<void>,
): SmsGateway {
  return {
    sendActivationCode: (...args) => around("activation", () => gateway.sendActivationCode(...args)),
    sendVerificationCode: (...args) => around(args[2], () => gateway.sendVerificationCode(...args)),
    sendConfirmation: (...args) => around("confirmation", () => gateway.sendConfirmation(...args)),
    sendNotice: (...args) => around("notice", () => gateway.sendNotice(...args)),
    sendGuessingNotice: (...args) => around("notice", () => gateway.sendGuessingNotice(...args)),
    isAvailable: () => gateway.isAvailable(),
  };
}
