import type { Command } from "commander";
import {
  CheckWhitelistResponseSchema,
  RemoveWhitelistEntryResponseSchema,
  WhitelistEntrySchema,
} from "#gen/waterbill/identity/v1/whitelist_service_pb.js";
import type { DatabaseContext } from "../command-context.js";
import { DomainError, type Reason } from "../errors.js";
import { parsePhone } from "../users/phone-number.js";
import { addEntry } from "../whitelist/add-entry.js";
import { batchUpdateEntries } from "../whitelist/batch-update-entries.js";
import { checkPhone } from "../whitelist/check-phone.js";
import { initWhitelist } from "../whitelist/init-whitelist.js";
import { removeEntry } from "../whitelist/remove-entry.js";
import { updateEntry } from "../whitelist/update-entry.js";
import type { WhitelistEntry } from "../whitelist/whitelist-entry.js";
import { toDetailsMessage, toEntryMessage } from "../whitelist/whitelist-messages.js";
import { printBatch } from "./batch-output.js";
import { confirmOnTerminal } from "./confirm-on-terminal.js";
import { jsonLine } from "./json-line.js";
import type { Runner } from "./runner.js";
import { addWhitelistFileCommands } from "./whitelist-file-commands.js";
import { addWhitelistListCommands } from "./whitelist-list-commands.js";
import { addWhitelistUpdateCommand } from "./whitelist-update-command.js";

export function addWhitelistCommands(program: Command, run: Runner): void {
  const whitelist = program.command("whitelist").description("manage the phone numbers that may register");

  whitelist
    .command("add <phone> [notes]")
    .description("allow a number to register; reactivates a deactivated number")
    .action((phone: string, notes = "") =>
      run.withContext(async (context) => {
        const { entry, result } = await addOrFind(context, { phone, notes });
        await printEntry(run, entry, result);
      }),
    );

  whitelist
    .command("check <phone>")
    .description("exit 0 if the number may register, 1 if not")
    .action((rawPhone: string) =>
      run.withContext(async (context) => {
        const { isAuthorized, phone, entry } = await checkPhone(context, rawPhone);
        const response = { isAuthorized, ...(entry && { whitelistDetails: toDetailsMessage(entry) }) };
        const line = `${phone} ${isAuthorized ? "may register" : "may not register"}\n`;
        await run.print([run.isJson ? jsonLine(CheckWhitelistResponseSchema, response) : line]);
        if (!isAuthorized) run.isNegative = true;
      }),
    );

  whitelist
    .command("deactivate <phone>")
    .description("stop a number from registering, but keep it on the list")
    .action((phone: string) =>
      run.withContext(async (context) => {
        const { entry: before } = await checkPhone(context, phone);
        const entry = await updateEntry(context, { phone, notes: null, isActive: false, actor: null });
        await printEntry(run, entry, before?.isActive === false ? "is already deactivated" : "deactivated");
      }),
    );

  whitelist
    .command("remove <phone...>")
    .description(
      "remove numbers from the list; existing accounts are not affected; prints a line for each of several numbers, and exits with 1 if one of them is refused",
    )
    .option("--yes", "do not ask for confirmation, which is only asked for on a terminal")
    .action(async (phones: string[], { yes }: { yes?: boolean }) => {
      // A script is not asked, because a removed number can be added again.
      const what = phones.length === 1 ? phones[0] : `${phones.length} numbers`;
      if (!yes && !(await confirmOnTerminal(run.streams, `Remove ${what} from the whitelist?`))) {
        run.isNegative = true;
        return;
      }
      const [phone = "", ...others] = phones;
      await run.withContext(async (context) => {
        if (others.length > 0) {
          const removal = { remove: true, notes: null, isActive: null, actor: null };
          await printBatch(run, await batchUpdateEntries(context, { phones, ...removal }));
          return;
        }
        const removedPhone = await nullIf("ENTRY_NOT_FOUND", removeEntry(context, { phone, actor: null }));
        const line = removedPhone
          ? `${removedPhone} removed\n`
          : `${parsePhone(context.phoneRules, phone)} is not on the whitelist\n`;
        // Empty: no number was removed.
        const response = { removedPhone: removedPhone ?? "" };
        await run.print([run.isJson ? jsonLine(RemoveWhitelistEntryResponseSchema, response) : line]);
      });
    });

  whitelist
    .command("init")
    .description("add the four test numbers")
    .option("--force", "also reactivate test numbers that are deactivated")
    .action((options: { force?: boolean }) =>
      run.withContext(async (context) => {
        const results = await initWhitelist(context, { force: options.force ?? false, notes: "" });
        const lines = run.isJson
          ? results.map((result) => JSON.stringify(result))
          : results.map(({ phone, result }) => `${phone} ${result}`);
        await run.print(lines.map((line) => `${line}\n`));
      }),
    );

  addWhitelistUpdateCommand(whitelist, run);
  addWhitelistListCommands(whitelist, run);
  addWhitelistFileCommands(whitelist, run);
}

async function printEntry(run: Runner, entry: WhitelistEntry, result: string): Promise<void> {
  const line = `${entry.phone} ${result}\n`;
  await run.print([run.isJson ? jsonLine(WhitelistEntrySchema, toEntryMessage(entry)) : line]);
}

/** Like `addEntry`, but a number that is on the list and active is no error, and keeps its notes. */
async function addOrFind(context: DatabaseContext, input: { phone: string; notes: string }) {
  const added = await nullIf("ENTRY_EXISTS", addEntry(context, { ...input, isActive: true, actor: null }));
  if (added) return { entry: added.entry, result: added.reactivated ? "reactivated" : "added" };
  const { entry } = await checkPhone(context, input.phone);
  // Only if it was removed in between.
  if (!entry) throw new DomainError("ENTRY_NOT_FOUND");
  const keptNotes = input.notes === "" ? "" : "; its notes are unchanged";
  return { entry, result: `is already on the whitelist${keptNotes}` };
}

/** Resolves with null if `change` is refused with `reason`, because there is nothing to change. */
async function nullIf<T>(reason: Reason, change: Promise<T>): Promise<T | null> {
  try {
    return await change;
  } catch (error) {
    if (error instanceof DomainError && error.reason === reason) return null;
    throw error;
  }
}
