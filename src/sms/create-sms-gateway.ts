import type { Logger } from "../system/logger.js";
import { createConsoleGateway } from "./console-gateway.js";
import type { SmsGateway } from "./sms-gateway.js";
import { createTwilioGateway, type TwilioAccount } from "./twilio-gateway.js";

export type SmsSettings = { provider: "console" } | ({ provider: "twilio" } & TwilioAccount);

export interface SmsGatewayDeps {
  logger: Logger;
  /** Prints a line of the console gateway. */
  print(line: string): void;
  /** Response timeout (ms) of a provider. */
  timeoutMs?: number;
}

/** Creates the gateway that the configuration selects. */
export async function createSmsGateway(settings: SmsSettings, deps: SmsGatewayDeps): Promise<SmsGateway> {
  if (settings.provider === "console") return createConsoleGateway(deps.print);
  const { logger, timeoutMs } = deps;
  return createTwilioGateway({ account: settings, logger, ...(timeoutMs && { timeoutMs }) });
}
