import type { Logger } from "../system/logger.js";
import type { Tracing } from "../telemetry/tracing.js";
import { createConsoleGateway } from "./console-gateway.js";
import type { SmsGateway } from "./sms-gateway.js";
import { traceGateway } from "./trace-gateway.js";
import { createTwilioGateway, TWILIO_HOST, type TwilioAccount } from "./twilio-gateway.js";

export type SmsSettings = { provider: "console" } | ({ provider: "twilio" } & TwilioAccount);

export interface SmsGatewayDeps {
  logger: Logger;
  /** Prints a line of the console gateway. */
  print(line: string): void;
  /** Response timeout (ms) of a provider. */
  timeoutMs?: number;
  /** Absent: nothing is recorded. */
  tracing?: Tracing | undefined;
}

/** Creates the gateway that the configuration selects. */
export async function createSmsGateway(settings: SmsSettings, deps: SmsGatewayDeps): Promise<SmsGateway> {
  if (settings.provider === "console") return createConsoleGateway(deps.print);
  const { logger, tracing, timeoutMs } = deps;
  const gateway = await createTwilioGateway({ account: settings, logger, ...(timeoutMs && { timeoutMs }) });
  return tracing ? traceGateway(gateway, tracing, TWILIO_HOST) : gateway;
}
