import type { DomainError } from "../../errors.js";
import type { Random } from "../../system/random.js";
import { ADD_RESULTS, type WhitelistDeps } from "../add-entry.js";
import type { Actor } from "../whitelist-entry.js";
import type { AddAction, Addition, ChangeContext } from "../whitelist-store.js";
import { checkLine, type RawLine, type ValidLine } from "./import-line.js";
import { openImportSpool } from "./import-spool.js";

export interface ImportDeps extends WhitelistDeps {
  random: Random;
}

/** The result of one line. */
export type LineResult = { line: number; phone: string } & (
  | { outcome: "added" | "reactivated" | "unchanged" | "not_applied" }
  | { outcome: "refused"; error: DomainError }
);

export interface ImportInput {
  /** The lines in order, in batches; they are read no faster than they are processed. */
  lines: AsyncIterable<readonly RawLine[]>;
  /** Only report what the import would do. */
  dryRun: boolean;
  /** Change nothing if any line is refused. */
  allOrNothing: boolean;
  actor: Actor;
  /** Called once for each line, not always in order. */
  report(result: LineResult): void;
}

/** Lines in one statement: enough to make the round trip to the database cheap, few enough to keep it short. */
const BATCH_LINES = 2000;

/** Adds numbers, no two of them the same. Returns the action for each number that it changed. */
type Add = (additions: readonly Addition[]) => Promise<ReadonlyMap<string, AddAction>>;

/**
 * Imports many numbers, as if by one `addEntry` after the other, except that a number that is already on the list is
 * unchanged instead of an error. Invalid lines are refused; the others are applied as they arrive, unless
 * `allOrNothing`. An error from `lines` ends the import, and what was applied before remains.
 */
export async function importEntries(deps: ImportDeps, input: ImportInput): Promise<void> {
  const context = { actor: input.actor, at: deps.clock.now(), importId: deps.random.uuid() };
  if (input.dryRun || input.allOrNothing) return importSpooled(deps, input, context);
  const add: Add = (additions) => deps.whitelist.add(null, additions, context);
  await processWithReadAhead(validBatches(deps, input), (batch) => applyBatch(batch, add, input.report));
}

/** Spools all lines first, so that no transaction is open while lines arrive over the network. */
async function importSpooled(deps: ImportDeps, input: ImportInput, context: ChangeContext): Promise<void> {
  const spool = await openImportSpool(deps.random);
  try {
    let refusedCount = 0;
    const report = (result: LineResult) => {
      if (result.outcome === "refused") refusedCount += 1;
      input.report(result);
    };
    for await (const batch of validBatches(deps, { ...input, report })) await spool.write(batch);
    if (input.allOrNothing && refusedCount > 0) {
      for await (const batch of spool.read()) {
        for (const { line, phone } of batch) input.report({ line, phone, outcome: "not_applied" });
      }
      return;
    }
    await deps.database.transaction(async (tx) => {
      const add: Add = (additions) =>
        input.dryRun ? deps.whitelist.preview(tx, additions) : deps.whitelist.add(tx, additions, context);
      for await (const batch of spool.read()) await applyBatch(batch, add, input.report);
    });
  } finally {
    await spool.close();
  }
}

/** Yields the valid lines in batches, and reports the invalid ones. */
async function* validBatches(
  deps: ImportDeps,
  { lines, report }: Pick<ImportInput, "lines" | "report">,
): AsyncGenerator<ValidLine[]> {
  let batch: ValidLine[] = [];
  for await (const rawLines of lines) {
    for (const rawLine of rawLines) {
      const line = checkLine(deps.phoneRules, rawLine);
      if ("error" in line) {
        report({ ...line, outcome: "refused" });
        continue;
      }
      batch.push(line);
      if (batch.length < BATCH_LINES) continue;
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

/** Processes one item while the next is being read. */
async function processWithReadAhead<T>(
  items: AsyncIterable<T>,
  process: (item: T) => Promise<void>,
): Promise<void> {
  let current = Promise.resolve();
  try {
    for await (const item of items) {
      await current;
      current = process(item);
      // It is awaited after the next read; until then a rejection must not count as unhandled.
      current.catch(() => undefined);
    }
  } finally {
    await current;
  }
}

/** By phone number. */
interface EffectiveLines {
  firsts: Map<string, ValidLine>;
  seconds: Map<string, ValidLine>;
}

/**
 * Selects the lines that have an effect. At most two lines of a number have one: the first, and if that adds the number
 * as inactive, the first active line after it.
 */
function effectiveLines(batch: readonly ValidLine[]): EffectiveLines {
  const firsts = new Map<string, ValidLine>();
  const seconds = new Map<string, ValidLine>();
  for (const line of batch) {
    const first = firsts.get(line.phone);
    if (!first) firsts.set(line.phone, line);
    else if (line.isActive && !first.isActive && !seconds.has(line.phone)) seconds.set(line.phone, line);
  }
  return { firsts, seconds };
}

/** Applies a batch with the same results as line by line. */
async function applyBatch(
  batch: readonly ValidLine[],
  add: Add,
  report: (result: LineResult) => void,
): Promise<void> {
  const { firsts, seconds } = effectiveLines(batch);
  const firstActions = await add([...firsts.values()]);
  const secondActions = seconds.size > 0 ? await add([...seconds.values()]) : new Map<string, AddAction>();
  for (const line of batch) {
    const { phone } = line;
    const isFirst = firsts.get(phone) === line;
    const action = isFirst
      ? firstActions.get(phone)
      : seconds.get(phone) === line && secondActions.get(phone);
    const outcome = action ? ADD_RESULTS[action] : "unchanged";
    report({ line: line.line, phone, outcome });
  }
}
