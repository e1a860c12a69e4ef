import { type FileHandle, open, rm } from "node:fs/promises";
import type { Command } from "commander";
import { AccountExportSchema } from "#gen/waterbill/identity/v1/account_export_pb.js";
import { exportAccount } from "../accounts/export-account.js";
import { COMMAND_LINE } from "../audit/act.js";
import { toExportMessage } from "../export/export-message.js";
import { toRestJson } from "../rest/rest-json.js";
import { UsageError } from "../startup-error.js";
import { parsePhone } from "../users/phone-number.js";
import { parseReason } from "./reason-option.js";
import type { Runner } from "./runner.js";

interface ExportOptions {
  reason: string;
  output?: string;
}

/** Adds `export` to the commands on accounts. */
export function addExportCommand(user: Command, run: Runner): void {
  user
    .command("export <phone>")
    .description("print all that is kept about an account, as JSON: for a person who asks for it")
    .requiredOption("--reason <text>", "why, for the history of the account", parseReason)
    .option("--output <file>", "write it to a new file instead, which only its owner can read")
    .action((phone: string, { reason, output }: ExportOptions) =>
      run.withAudit(async (context) => {
        const read = async () => {
          const copy = await exportAccount(context, { phone, reason, actor: COMMAND_LINE });
          const json = toRestJson(AccountExportSchema, toExportMessage(copy));
          return `${JSON.stringify(json, null, run.isJson ? 0 : 2)}\n`;
        };
        if (output === undefined) return run.print([await read()]);
        await writeNewFile(output, read);
        const account = parsePhone(context.phoneRules, phone);
        const text = `${account} exported to ${output}\n`;
        await run.print([run.isJson ? `${JSON.stringify({ phone: account, file: output })}\n` : text]);
      }),
    );
}

/** Opens the file before it calls `read`, so that nothing is read for a file that can't be written. */
async function writeNewFile(file: string, read: () => Promise<string>): Promise<void> {
  const handle = await openNewFile(file);
  try {
    await handle.writeFile(await read());
  } catch (error) {
    await rm(file);
    throw error;
  } finally {
    await handle.close();
  }
}

function openNewFile(file: string): Promise<FileHandle> {
  return open(file, "wx", 0o600).catch((error: NodeJS.ErrnoException) => {
    const cause = error.code === "EEXIST" ? "It exists already" : `It can't be created (${error.code})`;
    throw new UsageError(`${cause}: ${file}`);
  });
}
