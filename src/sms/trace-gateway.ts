import { DomainError } from "../errors.js";
import type { Tracing } from "../telemetry/tracing.js";
import { aroundSends } from "./around-sends.js";
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
  return aroundSends(gateway, (kind, send) => {
    const attributes = { "waterbill.sms.kind": kind, "server.address": server };
    return inSpan({ name: "send SMS", isRemote: true, attributes }, send, (error) => ({
      "error.type": error instanceof DomainError ? error.reason : "INTERNAL",
    }));
  });
}
