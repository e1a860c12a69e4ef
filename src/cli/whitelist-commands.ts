import confirm from "@inquirer/confirm";
import type { Command } from "commander";
import {
  CheckWhitelistResponseSchema,
  RemoveWhitelistEntryResponseSchema,
  WhitelistEntrySchema,
} from "#gen/waterbill/identity/v1/whitelist_service_pb.js";
import { addEntry } from "../whitelist/add-entry.js";
import { checkPhone } from "../whitelist/check-phone.js";
import { initWhitelist } from "../whitelist/init-whitelist.js";
import { removeEntry } from "../whitelist/remove-entry.js";
import { updateEntry } from "../whitelist/update-entry.js";
import { toDetailsMessage, toEntryMessage } from "../whitelist/whitelist-messages.js";
import { jsonLine } from "./json-line.js";
import type { Runner } from "./runner.js";
import type { CliStreams } from "./streams.js";
import { addWhitelistFileCommands } from "./whitelist-file-commands.js";
import { addWhitelistListCommands } from "./whitelist-list-commands.js";

interface JsonOption {
  json?: boolean;
}

const JSON_HELP = "print JSON in the REST format";

export function addWhitelistCommands(program: Command, run: Runner): void {
  const whitelist = program.command("whitelist").description("manage the phone numbers that may register");

  whitelist
    .command("add <phone> [notes]")
    .description("allow a number to register; reactivates a deactivated number")
    .option("--json", JSON_HELP)
    .action((phone: string, notes: string | undefined, { json }: JsonOption) =>
      run.withContext(async (context) => {
        const added = await addEntry(context, { phone, notes: notes ?? "", isActive: true, actor: null });
        const line = `${added.entry.phone} ${added.reactivated ? "reactivated" : "added"}\n`;
        await run.print([json ? jsonLine(WhitelistEntrySchema, toEntryMessage(added.entry)) : line]);
      }),
    );

  whitelist
    .command("check <phone>")
    .description("exit 0 if the number may register, 1 if not")
    .option("--json", JSON_HELP)
    .action((rawPhone: string, { json }: JsonOption) =>
      run.withContext(async (context) => {
        const { isAuthorized, phone, entry } = await checkPhone(context, rawPhone);
        const response = { isAuthorized, ...(entry && { whitelistDetails: toDetailsMessage(entry) }) };
        const line = `${phone} ${isAuthorized ? "may register" : "may not register"}\n`;
        await run.print([json ? jsonLine(CheckWhitelistResponseSchema, response) : line]);
        if (!isAuthorized) run.isNegative = true;
      }),
    );

  whitelist
    .command("deactivate <phone>")
    .description("stop a number from registering, but keep it on the list")
    .option("--json", JSON_HELP)
    .action((phone: string, { json }: JsonOption) =>
      run.withContext(async (context) => {
        const entry = await updateEntry(context, { phone, notes: null, isActive: false, actor: null });
        const line = `${entry.phone} deactivated\n`;
        await run.print([json ? jsonLine(WhitelistEntrySchema, toEntryMessage(entry)) : line]);
      }),
    );

  whitelist
    .command("remove <phone>")
    .description("remove a number from the list; existing accounts are not affected")
    .option("--yes", "do not ask for confirmation, which is only asked for on a terminal")
    .option("--json", JSON_HELP)
    .action(async (phone: string, { json, yes }: JsonOption & { yes?: boolean }) => {
      if (!yes && !(await confirmRemoval(run.streams, phone))) {
        run.isNegative = true;
        return;
      }
      await run.withContext(async (context) => {
        const removedPhone = await removeEntry(context, { phone, actor: null });
        const line = `${removedPhone} removed\n`;
        await run.print([json ? jsonLine(RemoveWhitelistEntryResponseSchema, { removedPhone }) : line]);
      });
    });

  whitelist
    .command("init")
    .description("add the four test numbers")
    .option("--force", "also reactivate test numbers that are deactivated")
    .action((options: { force?: boolean }) =>
      run.withContext(async (context) => {
        const results = await initWhitelist(context, { force: options.force ?? false, notes: "" });
        await run.print(results.map(({ phone, result }) => `${phone} ${result}\n`));
      }),
    );

  addWhitelistListCommands(whitelist, run);
  addWhitelistFileCommands(whitelist, run);
}

/** Asks for confirmation on a terminal. A script is not asked, because a removed number can be added again. */
async function confirmRemoval({ stdin, stderr }: CliStreams, phone: string): Promise<boolean> {
  if (!stdin.isTTY || !stderr.isTTY) return true;
  const question = { message: `Remove ${phone} from the whitelist?`, default: false };
  return confirm(question, { input: stdin, output: stderr });
}
