import { DomainError } from "../errors.js";
import type { Tracing } from "../telemetry/tracing.js";
import type { SmsGateway } from "./sms-gateway.js";

/**
 * Records a span for each message that is handed to the provider, with what it is for. The provider is not told about the
 * trace: it is another company.
 */
export function traceGateway(
  gateway: SmsGateway,
  { inSpan }: Pick<Tracing, "inSpan">,
  server: string,
): SmsGateway {
  const inSend = (kind: string, send: () => Promise<void>) =>
    inSpan(
      {
        name: "send SMS",
        isRemote: true,
        attributes: { "waterbill.sms.kind": kind, "server.address": server },
      },
      send,
      (error) => ({ "error.type": error instanceof DomainError ? error.reason : "INTERNAL" }),
    );

  return {
    sendActivationCode: (...args) => inSend("activation", () => gateway.sendActivationCode(...args)),
    sendVerificationCode: (...args) => inSend(args[2], () => gateway.sendVerificationCode(...args)),
    sendConfirmation: (...args) => inSend(args[1], () => gateway.sendConfirmation(...args)),
    sendNotice: (...args) => inSend(args[1], () => gateway.sendNotice(...args)),
    sendGuessingNotice: (...args) => inSend("guessing_notice", () => gateway.sendGuessingNotice(...args)),
    isAvailable: () => gateway.isAvailable(),
  };
}
