import { type Command, InvalidArgumentError } from "commander";
import { clearLimits } from "../accounts/clear-limits.js";
import { COMMAND_LINE } from "../audit/act.js";
import { UsageError } from "../startup-error.js";
import { parsePhone } from "../users/phone-number.js";
import type { Runner } from "./runner.js";

/** Adds `clear-limits` to the commands on accounts. The number needs no account. */
export function addClearLimitsCommand(user: Command, run: Runner): void {
  user
    .command("clear-limits <phone>")
    .description(
      "start the sending quotas of a number, the attempts at its activation codes, its wrong passwords and the phone changes of its account anew",
    )
    .requiredOption("--reason <text>", "why, for the history of the number's account", parseReason)
    .action((phone: string, { reason }: { reason: string }) =>
      run.withAudit(async (context) => {
        const { codeKey } = context;
        if (!codeKey) throw new UsageError("CODE_SECRET is not set: wrong passwords are counted under it.");
        await clearLimits({ ...context, codeKey }, { phone, reason, actor: COMMAND_LINE });
        const cleared = parsePhone(context.phoneRules, phone);
        await run.print([
          run.isJson ? `${JSON.stringify({ phone: cleared })}\n` : `${cleared} limits cleared\n`,
        ]);
      }),
    );
}

function parseReason(text: string): string {
  const reason = text.trim();
  if (reason === "") throw new InvalidArgumentError("It must not be empty.");
  return reason;
}
