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
import { jsonLine, print } from "./print.js";
import type { Runner } from "./runner.js";
import { addWhitelistFileCommands } from "./whitelist-file-commands.js";
import { addWhitelistListCommands } from "./whitelist-list-commands.js";

interface JsonOption {
  json?: boolean;
}

export const JSON_HELP = "print JSON, as REST has it";

export function addWhitelistCommands(program: Command, run: Runner): void {
  const whitelist = program.command("whitelist").description("say which phone numbers may register");

  whitelist
    .command("add <phone> [notes]")
    .description("let a number register; a deactivated one is reactivated")
    .option("--json", JSON_HELP)
    .action((phone: string, notes: string | undefined, { json }: JsonOption) =>
      run.withContext(async (context) => {
        const added = await addEntry(context, { phone, notes: notes ?? "", isActive: true, actor: null });
        const text = `${added.entry.phone} ${added.reactivated ? "reactivated" : "added"}\n`;
        await print([json ? jsonLine(WhitelistEntrySchema, toEntryMessage(added.entry)) : text]);
      }),
    );

  whitelist
    .command("check <phone>")
    .description("exit with 0 when the number may register, with 1 when not")
    .option("--json", JSON_HELP)
    .action((text: string, { json }: JsonOption) =>
      run.withContext(async (context) => {
        const { isAuthorized, phone, entry } = await checkPhone(context, text);
        const response = { isAuthorized, ...(entry && { whitelistDetails: toDetailsMessage(entry) }) };
        const line = `${phone} ${isAuthorized ? "may register" : "may not register"}\n`;
        await print([json ? jsonLine(CheckWhitelistResponseSchema, response) : line]);
        if (!isAuthorized) process.exitCode = 1;
      }),
    );

  whitelist
    .command("deactivate <phone>")
    .description("keep a number from registering; it stays on the list")
    .option("--json", JSON_HELP)
    .action((phone: string, { json }: JsonOption) =>
      run.withContext(async (context) => {
        const entry = await updateEntry(context, { phone, notes: null, isActive: false, actor: null });
        const text = `${entry.phone} deactivated\n`;
        await print([json ? jsonLine(WhitelistEntrySchema, toEntryMessage(entry)) : text]);
      }),
    );

  whitelist
    .command("remove <phone>")
    .description("take a number off the list; accounts that exist stay")
    .option("--yes", "don't ask; without a terminal nobody is asked")
    .option("--json", JSON_HELP)
    .action(async (phone: string, { json, yes }: JsonOption & { yes?: boolean }) => {
      if (!yes && !(await mayRemove(phone))) {
        process.exitCode = 1;
        return;
      }
      await run.withContext(async (context) => {
        const removedPhone = await removeEntry(context, { phone, actor: null });
        const text = `${removedPhone} removed\n`;
        await print([json ? jsonLine(RemoveWhitelistEntryResponseSchema, { removedPhone }) : text]);
      });
    });

  whitelist
    .command("init")
    .description("add the four test numbers")
    .option("--force", "reactivate those that are deactivated")
    .action((options: { force?: boolean }) =>
      run.withContext(async (context) => {
        const results = await initWhitelist(context, { force: options.force ?? false, notes: "" });
        await print(results.map(({ phone, result }) => `${phone} ${result}\n`));
      }),
    );

  addWhitelistListCommands(whitelist, run);
  addWhitelistFileCommands(whitelist, run);
}

/** Asks whoever sits at the terminal. A script has nobody to ask, and what it removes can be added again. */
async function mayRemove(phone: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return true;
  return confirm({ message: `Take ${phone} off the whitelist?`, default: false }, { output: process.stderr });
}
