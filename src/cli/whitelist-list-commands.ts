import type { Command } from "commander";
import {
  WhitelistChangeSchema,
  WhitelistEntrySchema,
} from "#gen/waterbill/identity/v1/whitelist_service_pb.js";
import type { DatabaseContext } from "../command-context.js";
import { fullName } from "../users/user.js";
import { allEntries, type EntrySelection } from "../whitelist/list-entries.js";
import { allHistory } from "../whitelist/list-history.js";
import type { WhitelistEntry } from "../whitelist/whitelist-entry.js";
import type { EntryState, WhitelistChange } from "../whitelist/whitelist-history.js";
import { toChangeMessage, toEntryMessage } from "../whitelist/whitelist-messages.js";
import { jsonLine } from "./json-line.js";
import type { Runner } from "./runner.js";

/** The options of `list` and `export`, as commander parses them. */
export interface SelectionOptions {
  active?: boolean;
  inactive?: boolean;
  search?: string;
  addedBy?: string;
  order?: string;
}

export function addWhitelistListCommands(whitelist: Command, run: Runner): void {
  addSelectionOptions(whitelist.command("list"))
    .description("print entries, one per line: phone, state, date added, added by, notes")
    .action((options: SelectionOptions) =>
      run.withContext((context) =>
        run.print(entryLines(context, selectionOf(options), run.isJson ? entryJson : entryLine)),
      ),
    );

  whitelist
    .command("history <phone>")
    .description("print the changes to a number, latest first: date, action, actor, import, before, after")
    .action((phone: string) =>
      run.withContext(async (context) => {
        async function* lines() {
          for await (const changes of allHistory(context, phone)) {
            yield changes.map(run.isJson ? changeJson : changeLine).join("");
          }
        }
        await run.print(lines());
      }),
    );
}

/** Adds the options that select entries. */
export function addSelectionOptions(command: Command): Command {
  return command
    .option("--active", "only active entries")
    .option("--inactive", "only deactivated entries")
    .option(
      "--search <text>",
      "only entries with these digits or words in the number, the notes, or the adder's number or name",
    )
    .option("--added-by <phone>", "only entries added by this administrator")
    .option("--order <order>", 'added_at or phone; append " desc" for descending order');
}

export function selectionOf(options: SelectionOptions): EntrySelection {
  const { active, inactive, search = "", addedBy = "", order = "added_at" } = options;
  return {
    // Both flags or none: no filter.
    isActive: active === inactive ? null : active === true,
    search,
    addedBy,
    addedAfter: null,
    addedBefore: null,
    orderBy: order,
  };
}

/** The lines of all selected entries. */
export async function* entryLines(
  context: DatabaseContext,
  selection: EntrySelection,
  lineOf: (entry: WhitelistEntry) => string,
): AsyncGenerator<string> {
  for await (const entries of allEntries(context, selection)) yield entries.map(lineOf).join("");
}

export const entryJson = (entry: WhitelistEntry) => jsonLine(WhitelistEntrySchema, toEntryMessage(entry));
const changeJson = (change: WhitelistChange) => jsonLine(WhitelistChangeSchema, toChangeMessage(change));

const state = (isActive: boolean) => (isActive ? "active" : "inactive");
/** Replaces line breaks and other white space, so that the text fits on one line. */
const inline = (text: string) => text.replaceAll(/\s+/g, " ");

function entryLine({ phone, isActive, addedAt, addedBy, notes }: WhitelistEntry): string {
  const adder = addedBy ? fullName(addedBy) : "-";
  return `${[phone, state(isActive), addedAt.toISOString(), adder, inline(notes)].join("\t")}\n`;
}

function changeLine({ happenedAt, action, actor, importId, before, after }: WhitelistChange): string {
  const actorText = actor ? `${actor.name} ${actor.phone}` : "command line";
  const importText = importId ? `import ${importId}` : "-";
  const columns = [
    happenedAt.toISOString(),
    action,
    actorText,
    importText,
    describeState(before),
    describeState(after),
  ];
  return `${columns.join("\t")}\n`;
}

function describeState(entry: EntryState | null): string {
  return entry ? `${state(entry.isActive)} "${inline(entry.notes)}"` : "-";
}
