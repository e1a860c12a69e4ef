import type { Command } from "commander";
import { batchSetAccountsActive } from "../accounts/batch-set-accounts-active.js";
import { setAccountActive } from "../accounts/set-account-active.js";
import { COMMAND_LINE } from "../audit/act.js";
import type { Credentials } from "../users/user-store.js";
import { changeAndPrint } from "./account-output.js";
import { printBatch } from "./batch-output.js";
import { parseReason } from "./reason-option.js";
import type { Runner } from "./runner.js";

const COMMANDS = [
  {
    name: "activate",
    isActive: true,
    description: "allow accounts to sign in",
    isDone: ({ user }: Credentials) => user.isActive,
    done: "is already active",
  },
  {
    name: "deactivate",
    isActive: false,
    description: "end the sessions of accounts and stop them from signing in",
    isDone: ({ isDeactivated }: Credentials) => isDeactivated,
    done: "is already deactivated",
  },
] as const;

/** Adds `activate` and `deactivate` to the commands on accounts. */
export function addActivityCommands(user: Command, run: Runner): void {
  for (const { name, isActive, description, ...already } of COMMANDS) {
    user
      .command(`${name} <phone...>`)
      .description(
        `${description}; prints the account, or for several numbers a line for each, and exits with 1 if one is refused`,
      )
      .option("--reason <text>", "why, for the history of the accounts", parseReason)
      .action((phones: string[], { reason }: { reason?: string }) => {
        const act = { isActive, reason, actor: COMMAND_LINE };
        const [phone = "", ...others] = phones;
        if (others.length === 0) {
          return changeAndPrint(run, phone, {
            ...already,
            apply: (context) => setAccountActive(context, { phone, ...act }),
          });
        }
        return run.withAudit(async (context) => {
          await printBatch(run, await batchSetAccountsActive(context, { phones, ...act }));
        });
      });
  }
}
