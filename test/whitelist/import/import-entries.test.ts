import { expect } from "chai";
import { addEntry } from "../../../src/whitelist/add-entry.js";
import { importEntries, type LineResult } from "../../../src/whitelist/import/import-entries.js";
import type { RawLine } from "../../../src/whitelist/import/import-line.js";
import { allHistory } from "../../../src/whitelist/list-history.js";
import { rejection } from "../../support/rejection.js";
import {
  activeUser,
  atOnce,
  newPhone,
  type TestContext,
  useTestContext,
} from "../../support/test-context.js";

interface Options {
  dryRun?: boolean;
  allOrNothing?: boolean;
  app?: TestContext["app"];
}

let phones = 0;

/** Phone numbers that no other test uses; more than `newPhone` can create. */
function manyPhones(count: number): string[] {
  phones += count;
  return Array.from({ length: count }, (_, index) => `+999${String(phones - index).padStart(9, "0")}`);
}

describe("importEntries", () => {
  const context = useTestContext();

  /** One line: a number, optionally with notes and state. */
  type Row = string | [phone: string, notes: string, isActive?: boolean];

  async function* linesOf(rows: readonly Row[]): AsyncGenerator<RawLine[]> {
    for (const [index, row] of rows.entries()) {
      const [phone, notes, isActive = true] = typeof row === "string" ? [row, ""] : row;
      yield [{ line: index + 1, phone, notes, isActive }];
    }
  }

  async function run(rows: readonly Row[] | AsyncIterable<RawLine[]>, options: Options = {}) {
    const results: LineResult[] = [];
    await importEntries(options.app ?? context.app, {
      lines: Array.isArray(rows) ? linesOf(rows) : (rows as AsyncIterable<RawLine[]>),
      dryRun: options.dryRun ?? false,
      allOrNothing: options.allOrNothing ?? false,
      actor: null,
      report: (result) => results.push(result),
    });
    return results.sort((a, b) => a.line - b.line);
  }

  const outcomes = (results: readonly LineResult[]) =>
    results.map((result) => (result.outcome === "refused" ? result.error.message : result.outcome));
  const find = (phone: string) => context.app.whitelist.find(null, phone);
  const total = async () => (await context.app.whitelistLists.statistics(null)).total;

  it("adds, reactivates, keeps or refuses each line, and changes nothing the second time", async () => {
    const [fresh, inactive, active] = [newPhone(), newPhone(), newPhone()];
    await addEntry(context.app, { phone: inactive, notes: "old", isActive: false, actor: null });
    await addEntry(context.app, { phone: active, notes: "old", isActive: true, actor: null });
    const rows: Row[] = [
      [`00${fresh.slice(1)}`, " Client VIP "],
      inactive,
      [active, "new"],
      "12",
      "abc",
      "",
      [newPhone(), "x".repeat(1001)],
      [newPhone(), "bell\u0007"],
      [active, "", false],
    ];
    const refusals = [
      "PHONE_LENGTH",
      "PHONE_INVALID",
      "PHONE_REQUIRED",
      "INVALID_REQUEST",
      "INVALID_REQUEST",
    ];
    const results = await run(rows);
    expect(outcomes(results)).to.deep.equal(["added", "reactivated", "unchanged", ...refusals, "unchanged"]);
    expect(results[0]).to.deep.equal({ line: 1, phone: fresh, outcome: "added" });
    expect(await find(fresh)).to.deep.include({ notes: "Client VIP", isActive: true });
    expect(await find(inactive)).to.deep.include({ notes: "old", isActive: true });
    expect(await find(active)).to.deep.include({ notes: "old", isActive: true });

    const again = outcomes(await run(rows));
    expect(again).to.deep.equal(["unchanged", "unchanged", "unchanged", ...refusals, "unchanged"]);
    for await (const changes of allHistory(context.app, fresh)) expect(changes).to.have.length(1);
  });

  it("treats repeated numbers as if the lines were imported one after the other", async () => {
    for (const distance of [0, 2500]) {
      const [first, second, third] = [newPhone(), newPhone(), newPhone()];
      const between = Array.from({ length: distance }, () => third);
      const rows: Row[] = [
        first,
        [second, "a", false],
        ...between,
        [first, "late"],
        [second, "b", false],
        [second, "c", true],
        [second, "d", true],
      ];
      for (const dryRun of [true, false]) {
        const results = outcomes(await run(rows, { dryRun }));
        expect([...results.slice(0, 2), ...results.slice(-4)]).to.deep.equal([
          "added",
          "added",
          "unchanged",
          "unchanged",
          "reactivated",
          "unchanged",
        ]);
      }
      expect(await find(first)).to.deep.include({ notes: "" });
      expect(await find(second)).to.deep.include({ notes: "c", isActive: true });
      expect(outcomes(await run(rows)))
        .to.include.members(["unchanged"])
        .and.not.include("added");
    }
  });

  it("records who imported in the history, under one id for each import", async () => {
    const admin = await activeUser(context);
    const phones = [newPhone(), newPhone()];
    const report = () => {};
    const lines = linesOf(phones);
    await importEntries(context.app, { lines, dryRun: false, allOrNothing: false, actor: admin, report });
    const names = new Set<string | null>();
    for (const phone of phones) {
      for await (const [change] of allHistory(context.app, phone)) {
        expect(change?.actor).to.deep.equal({ phone: admin.phone, name: "John Doe" });
        names.add(change!.importId);
      }
    }
    expect([...names])
      .to.have.length(1)
      .and.not.include(null);
  });

  it("changes nothing in a dry run, and reports what the import would do", async () => {
    const inactive = newPhone();
    await addEntry(context.app, { phone: inactive, notes: "", isActive: false, actor: null });
    const repeated = newPhone();
    const rows: Row[] = [newPhone(), inactive, "bad", repeated, repeated, inactive];
    const before = await total();
    const preview = await run(rows, { dryRun: true });
    expect(await total()).to.equal(before);
    expect(await find(inactive)).to.deep.include({ isActive: false });
    expect(outcomes(await run(rows))).to.deep.equal(outcomes(preview));
    expect(await total()).to.equal(before + 2);
  });

  it("changes nothing with all-or-nothing when a line is refused", async () => {
    const rows: Row[] = [newPhone(), "bad", newPhone()];
    const before = await total();
    expect(outcomes(await run(rows, { allOrNothing: true }))).to.deep.equal([
      "not_applied",
      "PHONE_INVALID",
      "not_applied",
    ]);
    expect(await total()).to.equal(before);
    const good = [rows[0]!, rows[2]!];
    expect(outcomes(await run(good, { allOrNothing: true }))).to.deep.equal(["added", "added"]);
  });

  it("keeps what was applied when the lines break off, or nothing with all-or-nothing", async () => {
    const phones = manyPhones(4500);
    const lost = new Error("the client has gone");
    async function* broken() {
      yield* linesOf(phones);
      throw lost;
    }
    const before = await total();
    expect(await rejection(run(broken(), { allOrNothing: true }))).to.equal(lost);
    expect(await rejection(run(broken(), { dryRun: true }))).to.equal(lost);
    expect(await total()).to.equal(before);
    expect(await rejection(run(broken()))).to.equal(lost);
    expect(await total()).to.equal(before + 4000);
    expect(outcomes(await run(phones)).filter((outcome) => outcome === "added")).to.have.length(500);
  });

  it("adds each number once when concurrent imports have the same numbers in different orders", async () => {
    const phones = manyPhones(1000);
    const processes = [context.app, context.anotherProcess()];
    const before = await total();
    const results = await atOnce(6, async (index) => {
      const rows = index % 2 === 0 ? phones : phones.toReversed();
      return run(rows, { app: processes[index % 2]!, allOrNothing: index > 3 });
    });
    const added = results
      .flatMap((result) => outcomes(result as LineResult[]))
      .filter((each) => each === "added");
    expect(added).to.have.length(1000);
    expect(await total()).to.equal(before + 1000);
  });

  it("fails with the first error of the database, and adds nothing more", async () => {
    const error = new Error("no database");
    const failing = { ...context.app.whitelist, add: () => Promise.reject(error) };
    const phones = manyPhones(5000);
    const app = { ...context.app, whitelist: failing };
    expect(await rejection(run(phones, { app }))).to.equal(error);
  });
});
