import { BatchResultSchema } from "#gen/waterbill/identity/v1/batch_result_pb.js";
import { toBatchResult } from "../batches/batch-message.js";
import type { BatchRow } from "../batches/run-batch.js";
import { jsonLine } from "./json-line.js";
import type { Runner } from "./runner.js";

/** Prints a line for each number: number, outcome, and why it was refused. The result is negative if one was. */
export async function printBatch(run: Runner, rows: readonly BatchRow[]): Promise<void> {
  await run.print(rows.map(run.isJson ? batchJson : batchLine));
  if (rows.some(({ outcome }) => outcome === "refused")) run.isNegative = true;
}

const batchJson = (row: BatchRow) => jsonLine(BatchResultSchema, toBatchResult(row, "en"));

function batchLine(row: BatchRow): string {
  const { message } = toBatchResult(row, "en");
  return `${[row.phone, row.outcome, ...(message ? [message] : [])].join("\t")}\n`;
}
