import type { Command } from "commander";
import { eraseAccount } from "../accounts/erase-account.js";
import { COMMAND_LINE } from "../audit/act.js";
import { parsePhone } from "../users/phone-number.js";
import { confirmOnTerminal } from "./confirm-on-terminal.js";
import { parseReason } from "./reason-option.js";
import type { Runner } from "./runner.js";

interface EraseOptions {
  reason: string;
  yes?: boolean;
}

/** Adds `erase` to the commands on accounts. */
export function addEraseCommand(user: Command, run: Runner): void {
  user
    .command("erase <phone>")
    .description("erase an account, and all that is known of its owner, at once and for good")
    .requiredOption(
      "--reason <text>",
      "why, for the history of the account; must not name its owner",
      parseReason,
    )
    .option("--yes", "do not ask for confirmation, which is only asked for on a terminal")
    .action(async (phone: string, { reason, yes }: EraseOptions) => {
      if (!yes && !(await confirmOnTerminal(run.streams, `Erase the account of ${phone} for good?`))) {
        run.isNegative = true;
        return;
      }
      await run.withAudit(async (context) => {
        await eraseAccount(context, { phone, reason, actor: COMMAND_LINE });
        const erased = parsePhone(context.phoneRules, phone);
        const json = { phone: erased, erased: true };
        await run.print([run.isJson ? `${JSON.stringify(json)}\n` : `${erased} erased\n`]);
      });
    });
}
