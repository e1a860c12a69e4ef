import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { Writable } from "node:stream";
import { SingleBar } from "cli-progress";
import type { Command } from "commander";
import { ImportWhitelistEntriesResponseSchema } from "#gen/waterbill/identity/v1/whitelist_service_pb.js";
import { localize } from "../messages/catalogue.js";
import { UsageError } from "../startup-error.js";
import { type CsvFormat, exportCsv, parseCsvFormat } from "../whitelist/csv-export.js";
import { readCsvLines } from "../whitelist/import/csv-lines.js";
import { importEntries } from "../whitelist/import/import-entries.js";
import { createImportReport, type ImportReport } from "../whitelist/import/import-report.js";
import { allRecords } from "../whitelist/list-entries.js";
import { toReportMessage } from "../whitelist/whitelist-messages.js";
import { jsonLine } from "./json-line.js";
import type { Runner } from "./runner.js";
import type { CliStreams } from "./streams.js";
import {
  addSelectionOptions,
  entryJson,
  entryLines,
  type SelectionOptions,
  selectionOf,
} from "./whitelist-list-commands.js";

interface ImportOptions {
  dryRun?: boolean;
  allOrNothing?: boolean;
}

type ExportOptions = SelectionOptions & CsvFormat;

export function addWhitelistFileCommands(whitelist: Command, run: Runner): void {
  whitelist
    .command("import <file>")
    .description(
      "add the numbers of a CSV file (phone, notes, is_active; - for standard input) and report the result; " +
        "exit 0 if all lines are valid, 1 if not",
    )
    .option("--dry-run", "only report what the import would do")
    .option("--all-or-nothing", "change nothing if any line is invalid")
    .action((file: string, options: ImportOptions) =>
      run.withContext(async (context) => {
        const { dryRun = false, allOrNothing = false } = options;
        const report = createImportReport();
        await importEntries(context, {
          lines: readCsvLines(await openFile(run.streams, file)),
          dryRun,
          allOrNothing,
          actor: null,
          report: report.add,
        });
        const message = toReportMessage(report, dryRun, "en");
        await run.print(
          run.isJson ? [jsonLine(ImportWhitelistEntriesResponseSchema, message)] : reportLines(report),
        );
        if (report.counts.refused > 0) run.isNegative = true;
      }),
    );

  addSelectionOptions(whitelist.command("export"))
    .description(
      "print a CSV file that import can read: phone, notes, is_active; with --json the same as list --json",
    )
    .option("--delimiter <character>", 'comma, ";" (which French spreadsheets expect) or tab', ",")
    .option("--no-bom", "without the byte order mark from which spreadsheets recognise UTF-8")
    .action((options: ExportOptions) =>
      run.withContext((context) => {
        const format = parseCsvFormat(options);
        const selection = selectionOf(options);
        if (run.isJson) return run.print(entryLines(context, selection, entryJson));
        return run.print(exportCsv(allRecords(context, selection, format.delimiter), format));
      }),
    );
}

/** The chunks of a file. On a terminal, a progress bar on standard error shows how much of it was read. */
async function openFile({ stdin, stderr }: CliStreams, file: string): Promise<AsyncIterable<Uint8Array>> {
  if (file === "-") return stdin;
  const stats = await stat(file).catch(() => null);
  if (!stats?.isFile()) throw new UsageError(`There is no file ${file}.`);
  const chunks = createReadStream(file);
  return stderr.isTTY ? withProgressBar(stderr, chunks, stats.size) : chunks;
}

async function* withProgressBar(
  output: Writable,
  chunks: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<Uint8Array> {
  const bar = new SingleBar({
    stream: output,
    format: "[{bar}] {percentage}% | {duration_formatted}",
    clearOnComplete: true,
  });
  bar.start(size, 0);
  try {
    for await (const chunk of chunks) {
      yield chunk;
      bar.increment(chunk.byteLength);
    }
  } finally {
    bar.stop();
  }
}

/** One line for each refused line, then the counts. */
function reportLines({ counts, lines }: ImportReport): string[] {
  const refused = lines().flatMap((result) => {
    if (result.outcome !== "refused") return [];
    const { fields, localizedMessage: message } = result.error;
    return `line ${result.line}\t${result.phone}\t${localize("en", fields[0]?.message ?? message)}\n`;
  });
  const omitted = counts.refused - refused.length;
  return [
    ...refused,
    ...(omitted > 0 ? [`and ${omitted} more refused lines\n`] : []),
    `${counts.added} added, ${counts.reactivated} reactivated, ${counts.unchanged} unchanged, ` +
      `${counts.refused} refused, ${counts.not_applied} not applied\n`,
  ];
}
