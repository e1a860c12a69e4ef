import { type Command, InvalidArgumentError } from "commander";
import { AccountChangeSchema } from "#gen/waterbill/identity/v1/account_service_pb.js";
import { toAccountChangeMessage } from "../accounts/account-history-message.js";
import type { FieldValues } from "../audit/act.js";
import { type RecordedAct, readHistory } from "../audit/read-history.js";
import type { DatabaseContext } from "../command-context.js";
import { DomainError } from "../errors.js";
import { UsageError } from "../startup-error.js";
import { parsePhone } from "../users/phone-number.js";
import { fullName } from "../users/user.js";
import { jsonLine } from "./json-line.js";
import type { Runner } from "./runner.js";

interface HistoryOptions {
  id?: number;
  omitViews?: boolean;
}

/** Adds `history` to the commands on accounts. */
export function addHistoryCommand(user: Command, run: Runner): void {
  user
    .command("history [phone]")
    .description(
      "print the acts on an account, oldest first: number, date, action, actor, fields, before, after, session, " +
        "sessions ended, reason",
    )
    .option(
      "--id <account id>",
      "the account's id instead of its number, also if the account is gone",
      parseId,
    )
    .option("--omit-views", "without the reads of administrators")
    .action((phone: string | undefined, { id, omitViews }: HistoryOptions) =>
      run.withContext(async (context) => {
        const accountId = await chooseAccount(context, phone, id);
        const acts = readHistory(context, accountId, { omitViews });
        await run.print(actLines(acts, run.isJson ? actJson : actLine));
      }),
    );
}

async function* actLines(
  history: AsyncIterable<RecordedAct[]>,
  lineOf: (act: RecordedAct) => string,
): AsyncGenerator<string> {
  for await (const acts of history) yield* acts.map(lineOf);
}

/** Returns the id of the account with this number. Throws ACCOUNT_NOT_FOUND if there is none. */
export async function accountIdOf(context: DatabaseContext, phone: string): Promise<number> {
  const account = await context.users.findByPhone(null, parsePhone(context.phoneRules, phone));
  if (!account) throw new DomainError("ACCOUNT_NOT_FOUND");
  return account.user.id;
}

async function chooseAccount(
  context: DatabaseContext,
  phone: string | undefined,
  id: number | undefined,
): Promise<number> {
  if (phone !== undefined && id === undefined) return accountIdOf(context, phone);
  if (phone === undefined && id !== undefined) return id;
  throw new UsageError("Give either a phone number or --id.");
}

function parseId(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("It must be the id of an account.");
  return Number(text);
}

function actJson(act: RecordedAct): string {
  return jsonLine(AccountChangeSchema, toAccountChangeMessage(act));
}

function actLine(act: RecordedAct): string {
  const { kind, id } = act.actor;
  const actor = act.actorAccount;
  const person = actor ? ` ${fullName(actor)} ${actor.phone}` : "";
  const columns = [
    act.number,
    act.at.toISOString(),
    act.action,
    id === null ? kind.replace("_", " ") : `${kind} ${id}${person}`,
    act.fields.join(",") || "-",
    describeValues(act.before),
    describeValues(act.after),
    act.sessionId ?? "-",
    act.sessionCount ?? "-",
    act.reason === null ? "-" : JSON.stringify(act.reason),
  ];
  return `${columns.join("\t")}\n`;
}

function describeValues(values: FieldValues | null): string {
  return values ? Object.values(values).join(" ").replaceAll(/\s+/g, " ") : "-";
}
