import type { Command } from "commander";
import type { SmsGateway } from "../sms/sms-gateway.js";
import { UsageError } from "../startup-error.js";
import { parsePhone } from "../users/phone-number.js";
import type { Runner } from "./runner.js";
import { addSmsBudgetCommand } from "./sms-budget-command.js";

/** Sent in place of a real code; it belongs to no account. */
const SAMPLE_CODE = "123456";

export function addSmsCommands(program: Command, run: Runner): void {
  const sms = program.command("sms").description("test the SMS gateway, and see what its budget has left");
  addSmsBudgetCommand(sms, run);

  sms
    .command("test <phone>")
    .description(
      "print whether the gateway is available, and send an activation message with the sample code 123456; the budget " +
        "neither counts nor refuses it",
    )
    .action((rawPhone: string) =>
      run.withSms(async (gateway, { phones, smsBudget }) => {
        const phone = parsePhone(phones, rawPhone);
        if (smsBudget.isPaused) throw new UsageError("SMS_PAUSED is true: no message leaves.");
        await sendSample(run, gateway, phone);
      }),
    );
}

async function sendSample(run: Runner, gateway: SmsGateway, phone: string): Promise<void> {
  const isAvailable = await gateway.isAvailable();
  if (!run.isJson) await run.print([`gateway ${isAvailable ? "available" : "not available"}\n`]);
  await gateway.sendActivationCode(phone, SAMPLE_CODE);
  const json = JSON.stringify({ is_available: isAvailable, sent_to: phone });
  await run.print([`${run.isJson ? json : `sent to ${phone}`}\n`]);
}
