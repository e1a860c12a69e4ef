import type { Logger } from "../system/logger.js";
import { createConsoleGateway } from "./console-gateway.js";
import type { SmsGateway } from "./sms-gateway.js";
import { createTwilioGateway, type TwilioAccount } from "./twilio-gateway.js";

export type SmsSettings = { provider: "console" } | ({ provider: "twilio" } & TwilioAccount);

export interface SmsGatewayDeps {
  logger: Logger;
  /** Where the console gateway's lines go. */
  print(line: string): void;
}

/** The gateway that the configuration chooses. */
export async function createSmsGateway(settings: SmsSettings, deps: SmsGatewayDeps): Promise<SmsGateway> {
  if (settings.provider === "console") return createConsoleGateway(deps.print);
  return createTwilioGateway({ account: settings, logger: deps.logger });
}
