import type { Command } from "commander";
import { SessionSchema } from "#gen/waterbill/identity/v1/session_pb.js";
import { readAccountSessions, revokeAccountSessions } from "../accounts/account-sessions.js";
import { COMMAND_LINE } from "../audit/act.js";
import type { ListedSession } from "../sessions/listed-session.js";
import { toSessionMessage } from "../sessions/session-message.js";
import { UsageError } from "../startup-error.js";
import { parsePhone } from "../users/phone-number.js";
import { jsonLine } from "./json-line.js";
import { parseReason } from "./reason-option.js";
import type { Runner } from "./runner.js";

interface SessionsOptions {
  revoke?: boolean;
  reason?: string;
}

/** Adds `sessions` to the commands on accounts. */
export function addSessionsCommand(user: Command, run: Runner): void {
  user
    .command("sessions <phone>")
    .description(
      "print the open sessions of an account, latest use first: id, sign-in, last use, address, client; or end them all",
    )
    .option("--revoke", "end them all; needs --reason")
    .option("--reason <text>", "why, for the history of the account", parseReason)
    .action((phone: string, { revoke, reason }: SessionsOptions) => {
      if (!revoke && reason === undefined) return printSessions(run, phone);
      if (revoke && reason !== undefined) return endSessions(run, phone, reason);
      throw new UsageError("Give --revoke and --reason together.");
    });
}

function printSessions(run: Runner, phone: string): Promise<void> {
  return run.withContext(async (context) => {
    const { sessions } = await readAccountSessions(context, null, { phone, reader: null });
    await run.print(sessions.map(run.isJson ? sessionJson : sessionLine));
  });
}

function endSessions(run: Runner, phone: string, reason: string): Promise<void> {
  return run.withAudit(async (context) => {
    const count = await revokeAccountSessions(context, { phone, reason, actor: COMMAND_LINE });
    const account = parsePhone(context.phoneRules, phone);
    const text = count === 0 ? `${account} has no open session\n` : `${account} sessions ended: ${count}\n`;
    await run.print([run.isJson ? `${JSON.stringify({ phone: account, revoked_count: count })}\n` : text]);
  });
}

const sessionJson = (session: ListedSession) => jsonLine(SessionSchema, toSessionMessage(session));

function sessionLine({ id, createdAt, lastUsedAt, address, client }: ListedSession): string {
  const columns = [id, createdAt.toISOString(), lastUsedAt.toISOString(), address || "-", client || "-"];
  return `${columns.join("\t")}\n`;
}
