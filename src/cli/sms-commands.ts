import type { Command } from "commander";
import { parsePhone } from "../users/phone-number.js";
import type { Runner } from "./runner.js";

/** Sent in place of a real code; it belongs to no account. */
const SAMPLE_CODE = "123456";

export function addSmsCommands(program: Command, run: Runner): void {
  program
    .command("sms")
    .description("test the SMS gateway")
    .command("test <phone>")
    .description(
      "print whether the gateway is available, and send an activation message with the sample code 123456",
    )
    .action((rawPhone: string) =>
      run.withContext(async ({ sms, phoneRules }) => {
        const phone = parsePhone(phoneRules, rawPhone);
        await run.print([`gateway ${(await sms.isAvailable()) ? "available" : "not available"}\n`]);
        await sms.sendActivationCode(phone, SAMPLE_CODE);
        await run.print([`sent to ${phone}\n`]);
      }),
    );
}
