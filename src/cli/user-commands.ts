import type { Command } from "commander";
import { AccountSchema } from "#gen/waterbill/identity/v1/account_service_pb.js";
import { toAccountMessage } from "../accounts/account-message.js";
import { allAccounts } from "../accounts/list-accounts.js";
import { setAccountActive } from "../accounts/set-account-active.js";
import { setRights } from "../accounts/set-rights.js";
import type { AppContext } from "../context.js";
import { DomainError } from "../errors.js";
import { parsePhone } from "../users/phone-number.js";
import { fullName, type User } from "../users/user.js";
import { jsonLine } from "./json-line.js";
import type { Runner } from "./runner.js";

interface ListOptions {
  active?: boolean;
  inactive?: boolean;
  staff?: boolean;
  search?: string;
  json?: boolean;
}

export function addUserCommands(program: Command, run: Runner): void {
  const user = program.command("user").description("find and manage accounts");

  user
    .command("list")
    .description("print accounts, one per line: phone, state, rights, date joined, last login, name, email")
    .option("--active", "only active accounts")
    .option("--inactive", "only inactive accounts")
    .option("--staff", "only staff accounts")
    .option(
      "--search <text>",
      "only accounts with these digits in the number, or these words in the name or email",
    )
    .option("--json", "print one JSON object per line, in the REST format")
    .action(({ active, inactive, staff, search = "", json }: ListOptions) =>
      run.withContext(async (context) => {
        const isActive = active === inactive ? null : active === true;
        const selection = { isActive, isStaff: staff ?? null, search, joinedAfter: null, joinedBefore: null };
        async function* lines() {
          for await (const users of allAccounts(context, { ...selection, orderBy: "date_joined" })) {
            yield users.map(json ? accountJson : accountLine).join("");
          }
        }
        await run.print(lines());
      }),
    );

  /** Adds a command that acts on one account and prints the account. */
  function command(
    usage: string,
    description: string,
    act: (context: AppContext, phone: string) => Promise<User>,
  ) {
    user
      .command(usage)
      .description(description)
      .option("--json", "print JSON in the REST format")
      .action((phone: string, { json }: { json?: boolean }) =>
        run.withContext(async (context) => {
          const account = await act(context, phone);
          await run.print([json ? accountJson(account) : accountLine(account)]);
        }),
      );
  }

  command("show <phone>", "print an account in the format of list", async (context, phone) => {
    const account = await context.users.findByPhone(null, parsePhone(context.phoneRules, phone));
    if (!account) throw new DomainError("ACCOUNT_NOT_FOUND");
    return account.user;
  });
  command("activate <phone>", "allow an account to sign in", (context, phone) =>
    setAccountActive(context, { phone, isActive: true }),
  );
  command(
    "deactivate <phone>",
    "end the sessions of an account and stop it from signing in",
    (context, phone) => setAccountActive(context, { phone, isActive: false }),
  );
  command("promote <phone>", "make an account an administrator", promote);
  command("demote <phone>", "remove all rights from an account", (context, phone) =>
    setRights(context, { phone, rights: () => ({ isStaff: false, isSuperuser: false }) }),
  );
}

/** A superuser remains a superuser. */
function promote(context: AppContext, phone: string): Promise<User> {
  return setRights(context, { phone, rights: ({ isSuperuser }) => ({ isStaff: true, isSuperuser }) });
}

const accountJson = (user: User) => jsonLine(AccountSchema, toAccountMessage(user));

function accountLine(user: User): string {
  const rights = user.isSuperuser ? "superuser" : user.isStaff ? "staff" : "-";
  const columns = [
    user.phone,
    user.isActive ? "active" : "inactive",
    rights,
    user.dateJoined.toISOString(),
    user.lastLogin?.toISOString() ?? "-",
    fullName(user),
    user.email ?? "-",
  ];
  return `${columns.join("\t")}\n`;
}
