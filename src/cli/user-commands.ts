import type { Command } from "commander";
import type { AccountState } from "../accounts/account.js";
import { allAccounts } from "../accounts/list-accounts.js";
import { UsageError } from "../startup-error.js";
import { accountJson, accountLine } from "./account-output.js";
import { addActivityCommands } from "./activity-commands.js";
import { addClearLimitsCommand } from "./clear-limits-command.js";
import { addEraseCommand } from "./erase-command.js";
import { addExportCommand } from "./export-command.js";
import { addHistoryCommand } from "./history-commands.js";
import { addRoleCommands } from "./role-commands.js";
import type { Runner } from "./runner.js";
import { addSessionsCommand } from "./sessions-command.js";
import { addShowCommand } from "./show-command.js";
import { addUserStatisticsCommand } from "./user-statistics-command.js";
import { addUpdateCommand } from "./user-update-command.js";

interface ListOptions {
  active?: boolean;
  inactive?: boolean;
  leaving?: boolean;
  staff?: boolean;
  search?: string;
}

export function addUserCommands(program: Command, run: Runner): void {
  const user = program.command("user").description("find and manage accounts");

  user
    .command("list")
    .description("print accounts, one per line: phone, state, rights, date joined, last login, name, email")
    .option("--active", "only active accounts, without those that are leaving")
    .option("--inactive", "only deactivated accounts")
    .option("--leaving", "only accounts whose owners have asked for their deletion")
    .option("--staff", "only staff accounts")
    .option(
      "--search <text>",
      "only accounts with these digits in the number, or these words in the name or email",
    )
    .action(({ staff, search = "", ...states }: ListOptions) =>
      run.withContext(async (context) => {
        const filters = { isActive: null, isStaff: staff ?? null, state: chosenState(states) };
        const selection = { ...filters, search, joinedAfter: null, joinedBefore: null };
        async function* lines() {
          for await (const users of allAccounts(context, { ...selection, orderBy: "date_joined" })) {
            yield users.map(run.isJson ? accountJson : accountLine).join("");
          }
        }
        await run.print(lines());
      }),
    );

  addShowCommand(user, run);
  addUserStatisticsCommand(user, run);
  addHistoryCommand(user, run);
  addSessionsCommand(user, run);
  addClearLimitsCommand(user, run);
  addExportCommand(user, run);
  addEraseCommand(user, run);

  addActivityCommands(user, run);
  addRoleCommands(user, run);
  addUpdateCommand(user, run);
}

/** The state of the accounts to list; null: any. */
function chosenState({ active, inactive, leaving }: ListOptions): AccountState | null {
  const chosen: AccountState[] = [];
  if (active) chosen.push("active");
  if (inactive) chosen.push("deactivated");
  if (leaving) chosen.push("leaving");
  if (chosen.length > 1) throw new UsageError("Give only one of --active, --inactive and --leaving.");
  return chosen[0] ?? null;
}
