import type { Tx } from "../../db/database.js";
import type { DomainError } from "../../errors.js";
import type { Random } from "../../system/random.js";
import { ADD_RESULTS, type WhitelistDeps } from "../add-entry.js";
import type { Actor } from "../whitelist-entry.js";
import type { AddAction, Addition } from "../whitelist-store.js";
import { checkLine, type RawLine, type ValidLine } from "./import-line.js";
import { openImportSpool } from "./import-spool.js";

export interface ImportDeps extends WhitelistDeps {
  random: Random;
}

/** What became of a line. */
export type LineResult = { line: number; phone: string } & (
  | { outcome: "added" | "reactivated" | "unchanged" | "not_applied" }
  | { outcome: "refused"; error: DomainError }
);

export interface ImportInput {
  /** The lines in their order, some at a time; no more are asked for than are worked on. */
  lines: AsyncIterable<readonly RawLine[]>;
  /** Only report what would be done. */
  dryRun: boolean;
  /** Change nothing when a line is refused. */
  allOrNothing: boolean;
  actor: Actor;
  /** Told of every line once, not always in their order. */
  report(result: LineResult): void;
}

/** Lines of one statement: enough to make the way to the database cheap, few enough to be done in a moment. */
const BATCH = 2000;

/** Adds numbers, each for all no more than once, and tells what was done for which. */
type Add = (additions: readonly Addition[]) => Promise<ReadonlyMap<string, AddAction>>;

/**
 * Adds many numbers, as if by `addEntry` one after the other, except that a number that is there is no failure. Bad
 * lines are refused and the others applied while they come, unless it is to be all or nothing. What `lines` throws ends
 * the import; what was applied before stays.
 */
export async function importEntries(deps: ImportDeps, input: ImportInput): Promise<void> {
  const by = { actor: input.actor, at: deps.clock.now(), importId: deps.random.uuid() };
  if (input.dryRun || input.allOrNothing) {
    await importAtOnce(deps, input, (tx) => (additions) => deps.whitelist.add(tx, additions, by));
    return;
  }
  const add: Add = (additions) => deps.whitelist.add(null, additions, by);
  await oneAhead(validBatches(deps, input), (batch) => apply(batch, add, input.report));
}

/** Waits for the last line first, so that no transaction is open while lines come over the network. */
async function importAtOnce(deps: ImportDeps, input: ImportInput, addIn: (tx: Tx) => Add): Promise<void> {
  const spool = await openImportSpool(deps.random);
  try {
    let refused = 0;
    const report = (result: LineResult) => {
      if (result.outcome === "refused") refused += 1;
      input.report(result);
    };
    for await (const batch of validBatches(deps, { ...input, report })) await spool.write(batch);
    if (input.allOrNothing && refused > 0) {
      for await (const batch of spool.read()) {
        for (const { line, phone } of batch) input.report({ line, phone, outcome: "not_applied" });
      }
      return;
    }
    await deps.database.transaction(async (tx) => {
      const add: Add = input.dryRun ? (additions) => deps.whitelist.preview(tx, additions) : addIn(tx);
      for await (const batch of spool.read()) await apply(batch, add, input.report);
    });
  } finally {
    await spool.close();
  }
}

/** The good lines in batches; the bad ones are reported. */
async function* validBatches(
  deps: ImportDeps,
  { lines, report }: Pick<ImportInput, "lines" | "report">,
): AsyncGenerator<ValidLine[]> {
  let batch: ValidLine[] = [];
  for await (const some of lines) {
    for (const written of some) {
      const checked = checkLine(deps.phoneRules, written);
      if ("error" in checked) {
        report({ ...checked, outcome: "refused" });
        continue;
      }
      batch.push(checked);
      if (batch.length < BATCH) continue;
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

/** Works on one item while the next is being made ready. */
async function oneAhead<T>(items: AsyncIterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  let working = Promise.resolve();
  try {
    for await (const item of items) {
      await working;
      working = work(item);
      // It is waited for in a moment; until then its failure must not count as one that nobody minds.
      working.catch(() => undefined);
    }
  } finally {
    await working;
  }
}

/**
 * Applies a batch as if line by line. Of a number's lines two can have an effect: the first, and if that adds it
 * inactive, the first after it that is active.
 */
async function apply(
  batch: readonly ValidLine[],
  add: Add,
  report: (result: LineResult) => void,
): Promise<void> {
  const firsts = new Map<string, ValidLine>();
  const seconds = new Map<string, ValidLine>();
  for (const line of batch) {
    const first = firsts.get(line.phone);
    if (!first) firsts.set(line.phone, line);
    else if (line.isActive && !first.isActive && !seconds.has(line.phone)) seconds.set(line.phone, line);
  }
  const byFirst = await add([...firsts.values()]);
  const bySecond = seconds.size > 0 ? await add([...seconds.values()]) : new Map<string, AddAction>();
  for (const line of batch) {
    const { phone } = line;
    const isFirst = firsts.get(phone) === line;
    const action = isFirst ? byFirst.get(phone) : seconds.get(phone) === line && bySecond.get(phone);
    const outcome = action ? ADD_RESULTS[action] : "unchanged";
    report({ line: line.line, phone, outcome });
  }
}
