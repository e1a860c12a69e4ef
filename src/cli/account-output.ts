import { AccountSchema } from "#gen/waterbill/identity/v1/account_service_pb.js";
import { type Account, accountState } from "../accounts/account.js";
import { toAccountMessage } from "../accounts/account-message.js";
import type { AuditContext, DatabaseContext } from "../command-context.js";
import { parsePhone } from "../users/phone-number.js";
import { fullName } from "../users/user.js";
import type { Credentials } from "../users/user-store.js";
import { jsonLine } from "./json-line.js";
import type { Runner } from "./runner.js";

/** A change of one account that a command makes. */
export interface AccountChange {
  apply(context: AuditContext): Promise<Account>;
  /** Whether the account is already as the command makes it, and what the command then says about it. */
  isDone(account: Credentials): boolean;
  done: string;
}

/** Makes the change and prints the account. */
export function changeAndPrint(run: Runner, phone: string, change: AccountChange): Promise<void> {
  return run.withAudit(async (context) => {
    const before = await findAccount(context, phone);
    const account = await change.apply(context);
    const note = before && change.isDone(before) ? `${account.phone} ${change.done}\n` : "";
    await run.print(run.isJson ? [accountJson(account)] : [accountLine(account), note]);
  });
}

function findAccount(context: DatabaseContext, phone: string): Promise<Credentials | null> {
  return context.users.findByPhone(null, parsePhone(context.phoneRules, phone));
}

export const accountJson = (account: Account) => jsonLine(AccountSchema, toAccountMessage(account));

export function accountLine(account: Account): string {
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
