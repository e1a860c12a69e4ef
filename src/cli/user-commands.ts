import type { Command } from "commander";
import { AccountSchema } from "#gen/waterbill/identity/v1/account_service_pb.js";
import { type Account, type AccountState, accountOf, accountState } from "../accounts/account.js";
import { toAccountMessage } from "../accounts/account-message.js";
import { allAccounts } from "../accounts/list-accounts.js";
import { setAccountActive } from "../accounts/set-account-active.js";
import { setRights } from "../accounts/set-rights.js";
import { COMMAND_LINE } from "../audit/act.js";
import type { AuditContext, DatabaseContext } from "../command-context.js";
import { DomainError } from "../errors.js";
import { UsageError } from "../startup-error.js";
import { parsePhone } from "../users/phone-number.js";
import { fullName, isAdmin } from "../users/user.js";
import type { Credentials } from "../users/user-store.js";
import { addClearLimitsCommand } from "./clear-limits-command.js";
import { addExportCommand } from "./export-command.js";
import { addHistoryCommand } from "./history-commands.js";
import { jsonLine } from "./json-line.js";
import type { Runner } from "./runner.js";
import { addSessionsCommand } from "./sessions-command.js";
import { addUserStatisticsCommand } from "./user-statistics-command.js";

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

  user
    .command("show <phone>")
    .description("print an account in the format of list")
    .action((phone: string) =>
      run.withContext(async (context) => {
        const account = await findAccount(context, phone);
        if (!account) throw new DomainError("ACCOUNT_NOT_FOUND");
        await run.print([(run.isJson ? accountJson : accountLine)(accountOf(account))]);
      }),
    );

  addUserStatisticsCommand(user, run);
  addHistoryCommand(user, run);
  addSessionsCommand(user, run);
  addClearLimitsCommand(user, run);
  addExportCommand(user, run);

  for (const change of CHANGES) {
    user
      .command(`${change.name} <phone>`)
      .description(change.description)
      .action((phone: string) =>
        run.withAudit(async (context) => {
          const before = await findAccount(context, phone);
          const account = await change.apply(context, phone);
          const note = before && change.isDone(before) ? `${account.phone} ${change.done}\n` : "";
          await run.print(run.isJson ? [accountJson(account)] : [accountLine(account), note]);
        }),
      );
  }
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

/** A command that changes one account and prints it. */
interface AccountChange {
  name: string;
  description: string;
  apply(context: AuditContext, phone: string): Promise<Account>;
  /** Whether the account is already as the command makes it, and what the command then says about it. */
  isDone(account: Credentials): boolean;
  done: string;
}

const CHANGES: readonly AccountChange[] = [
  {
    name: "activate",
    description: "allow an account to sign in",
    apply: (context, phone) => setAccountActive(context, { phone, isActive: true, actor: COMMAND_LINE }),
    isDone: ({ user }) => user.isActive,
    done: "is already active",
  },
  {
    name: "deactivate",
    description: "end the sessions of an account and stop it from signing in",
    apply: (context, phone) => setAccountActive(context, { phone, isActive: false, actor: COMMAND_LINE }),
    isDone: ({ isDeactivated }) => isDeactivated,
    done: "is already deactivated",
  },
  {
    name: "promote",
    description: "make an account an administrator",
    // A superuser remains a superuser.
    apply: (context, phone) =>
      setRights(context, {
        phone,
        actor: COMMAND_LINE,
        rights: ({ isSuperuser }) => ({ isStaff: true, isSuperuser }),
      }),
    isDone: ({ user }) => user.isStaff,
    done: "is already an administrator",
  },
  {
    name: "demote",
    description: "remove all rights from an account",
    apply: (context, phone) =>
      setRights(context, {
        phone,
        actor: COMMAND_LINE,
        rights: () => ({ isStaff: false, isSuperuser: false }),
      }),
    isDone: ({ user }) => !isAdmin(user),
    done: "already has no rights",
  },
];

function findAccount(context: DatabaseContext, phone: string): Promise<Credentials | null> {
  return context.users.findByPhone(null, parsePhone(context.phoneRules, phone));
}

const accountJson = (account: Account) => jsonLine(AccountSchema, toAccountMessage(account));

function accountLine(account: Account): string {
  const rights = account.isSuperuser ? "superuser" : account.isStaff ? "staff" : "-";
  const columns = [
    account.phone,
    accountState(account),
    rights,
    account.dateJoined.toISOString(),
    account.lastLogin?.toISOString() ?? "-",
    fullName(account),
    account.email ?? "-",
  ];
  return `${columns.join("\t")}\n`;
}
