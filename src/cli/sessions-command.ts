import { type Command, InvalidArgumentError } from "commander";
import { SessionSchema } from "#gen/waterbill/identity/v1/session_pb.js";
import { readAccountSessions, revokeAccountSessions } from "../accounts/account-sessions.js";
import { COMMAND_LINE } from "../audit/act.js";
import type { ListedSession } from "../sessions/listed-session.js";
import { toSessionMessage } from "../sessions/session-message.js";
import { UsageError } from "../startup-error.js";
import { isUuid } from "../system/uuid.js";
import { parsePhone } from "../users/phone-number.js";
import { jsonLine } from "./json-line.js";
import { parseReason } from "./reason-option.js";
import type { Runner } from "./runner.js";

interface SessionsOptions {
  revoke?: boolean;
  session?: string;
  reason?: string;
}

/** Adds `sessions` to the commands on accounts. */
export function addSessionsCommand(user: Command, run: Runner): void {
  user
    .command("sessions <phone>")
    .description(
      "print the open sessions of an account, latest use first: id, sign-in, last use, address, client; or end them",
    )
    .option("--revoke", "end them all, or the one of --session; needs --reason")
    .option("--session <id>", "end only this one", parseSessionId)
    .option("--reason <text>", "why, for the history of the account", parseReason)
    .action((phone: string, { revoke, session, reason }: SessionsOptions) => {
      if (!revoke && session === undefined && reason === undefined) return printSessions(run, phone);
      if (revoke && reason !== undefined) return endSessions(run, phone, session ?? null, reason);
      throw new UsageError("Give --revoke and --reason together, and --session only with them.");
    });
}

function parseSessionId(option: string): string {
  const id = option.trim().toLowerCase();
  if (!isUuid(id)) throw new InvalidArgumentError("It must be the id of a session, as the list has it.");
  return id;
}

function printSessions(run: Runner, phone: string): Promise<void> {
  return run.withContext(async (context) => {
    const { sessions } = await readAccountSessions(context, null, { phone, reader: null });
    await run.print(sessions.map(run.isJson ? sessionJson : sessionLine));
  });
}

function endSessions(run: Runner, phone: string, sessionId: string | null, reason: string): Promise<void> {
  return run.withAudit(async (context) => {
    const count = await revokeAccountSessions(context, { phone, sessionId, reason, actor: COMMAND_LINE });
    const account = parsePhone(context.phoneRules, phone);
    const none = sessionId === null ? "has no open session" : "has no open session with this id";
    const text = count === 0 ? `${account} ${none}\n` : `${account} sessions ended: ${count}\n`;
    await run.print([run.isJson ? `${JSON.stringify({ phone: account, revoked_count: count })}\n` : text]);
  });
}

const sessionJson = (session: ListedSession) => jsonLine(SessionSchema, toSessionMessage(session));

function sessionLine({ id, createdAt, lastUsedAt, address, client }: ListedSession): string {
  const columns = [id, createdAt.toISOString(), lastUsedAt.toISOString(), address || "-", client || "-"];
  return `${columns.join("\t")}\n`;
}
