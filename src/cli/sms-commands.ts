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
      run.withSms(async (sms, { phones }) => {
        const phone = parsePhone(phones, rawPhone);
        const isAvailable = await sms.isAvailable();
        if (!run.isJson) await run.print([`gateway ${isAvailable ? "available" : "not available"}\n`]);
        await sms.sendActivationCode(phone, SAMPLE_CODE);
        const json = JSON.stringify({ is_available: isAvailable, sent_to: phone });
        await run.print([`${run.isJson ? json : `sent to ${phone}`}\n`]);
      }),
    );
}
