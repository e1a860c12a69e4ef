import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { SingleBar } from "cli-progress";
import type { Command } from "commander";
import { ImportWhitelistEntriesResponseSchema } from "#gen/waterbill/identity/v1/whitelist_service_pb.js";
import { localize } from "../messages/catalogue.js";
import { UsageError } from "../startup-error.js";
import { CSV_HEADER, csvRecord } from "../whitelist/csv-export.js";
import { readCsvLines } from "../whitelist/import/csv-lines.js";
import { importEntries } from "../whitelist/import/import-entries.js";
import { createImportReport, type ImportReport } from "../whitelist/import/import-report.js";
import { allEntries } from "../whitelist/list-entries.js";
import { toReportMessage } from "../whitelist/whitelist-messages.js";
import { jsonLine, print } from "./print.js";
import type { Runner } from "./runner.js";
import { type SelectionOptions, selectionOf, withSelection } from "./whitelist-list-commands.js";

interface ImportOptions {
  dryRun?: boolean;
  allOrNothing?: boolean;
  json?: boolean;
}

export function addWhitelistFileCommands(whitelist: Command, run: Runner): void {
  whitelist
    .command("import <file>")
    .description(
      "add the numbers of a CSV file (phone, notes, is_active; - is the standard input) and print what became of " +
        "them; exit with 0 when every line was good, with 1 when not",
    )
    .option("--dry-run", "only say what would be done")
    .option("--all-or-nothing", "change nothing when a line is bad")
    .option("--json", "print the report as JSON, as REST has it")
    .action((file: string, options: ImportOptions) =>
      run.withContext(async (context) => {
        const { dryRun = false, allOrNothing = false } = options;
        const report = createImportReport();
        await importEntries(context, {
          lines: readCsvLines(await open(file)),
          dryRun,
          allOrNothing,
          actor: null,
          report: report.add,
        });
        const message = toReportMessage(report, dryRun, "en");
        await print(options.json ? [jsonLine(ImportWhitelistEntriesResponseSchema, message)] : text(report));
        if (report.counts.refused > 0) process.exitCode = 1;
      }),
    );

  withSelection(whitelist.command("export"))
    .description("print a CSV file that import understands: phone, notes, is_active")
    .action((options: SelectionOptions) =>
      run.withContext(async (context) => {
        async function* pieces() {
          // Only with the first entries: a selection that is refused must not leave the beginning of a file.
          let header = CSV_HEADER;
          for await (const entries of allEntries(context, selectionOf(options))) {
            yield header + entries.map(csvRecord).join("");
            header = "";
          }
          yield header;
        }
        await print(pieces());
      }),
    );
}

/** The pieces of a file. On a terminal a bar on the standard error shows how much of it is done. */
async function open(file: string): Promise<AsyncIterable<Uint8Array>> {
  if (file === "-") return process.stdin;
  const facts = await stat(file).catch(() => null);
  if (!facts?.isFile()) throw new UsageError(`There is no file ${file}.`);
  const pieces = createReadStream(file);
  return process.stderr.isTTY ? withBar(pieces, facts.size) : pieces;
}

async function* withBar(pieces: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  const bar = new SingleBar({
    stream: process.stderr,
    format: "[{bar}] {percentage}% | {duration_formatted}",
    clearOnComplete: true,
  });
  bar.start(size, 0);
  try {
    for await (const piece of pieces) {
      yield piece;
      bar.increment(piece.byteLength);
    }
  } finally {
    bar.stop();
  }
}

/** The lines that were refused, and the numbers. */
function text({ counts, lines }: ImportReport): string[] {
  const refused = lines().flatMap((result) => {
    if (result.outcome !== "refused") return [];
    const { fields, localizedMessage: message } = result.error;
    return `line ${result.line}\t${result.phone}\t${localize("en", fields[0]?.message ?? message)}\n`;
  });
  const omitted = counts.refused - refused.length;
  return [
    ...refused,
    ...(omitted > 0 ? [`and ${omitted} refused lines more\n`] : []),
    `${counts.added} added, ${counts.reactivated} reactivated, ${counts.unchanged} unchanged, ` +
      `${counts.refused} refused, ${counts.not_applied} not applied\n`,
  ];
}
