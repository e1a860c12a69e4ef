import type { Command } from "commander";
import { parsePhone } from "../users/phone-number.js";
import type { Runner } from "./runner.js";

/** What a test message carries in place of a code: nobody's. */
const SAMPLE_CODE = "123456";

export function addSmsCommands(program: Command, run: Runner): void {
  program
    .command("sms")
    .description("try the SMS gateway")
    .command("test <phone>")
    .description(
      "say whether the gateway is available, and send it an activation text with the sample code 123456",
    )
    .action((text: string) =>
      run.withContext(async ({ sms, phoneRules }) => {
        const phone = parsePhone(phoneRules, text);
        console.log(`gateway ${(await sms.isAvailable()) ? "available" : "not available"}`);
        await sms.sendActivationCode(phone, SAMPLE_CODE);
        console.log(`sent to ${phone}`);
      }),
    );
}
