import { expect } from "chai";
import type { BatchRow } from "../../src/batches/run-batch.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { batchUpdateEntries } from "../../src/whitelist/batch-update-entries.js";
import { listHistory } from "../../src/whitelist/list-history.js";
import { rejection, rejectionReason } from "../support/rejection.js";
import { activeUser, atOnce, newPhone, useTestContext } from "../support/test-context.js";

type Change = Partial<
  Pick<Parameters<typeof batchUpdateEntries>[1], "isActive" | "notes" | "remove" | "actor">
>;

describe("batchUpdateEntries", () => {
  const context = useTestContext();

  const batch = (phones: readonly string[], change: Change, app = context.app) =>
    batchUpdateEntries(app, { phones, isActive: null, notes: null, remove: false, actor: null, ...change });
  const outcomes = (rows: readonly BatchRow[]) =>
    rows.map((row) => (row.outcome === "refused" ? row.error.reason : row.outcome));
  async function entry(): Promise<string> {
    const phone = newPhone();
    await addEntry(context.app, { phone, notes: "one", isActive: true, actor: null });
    return phone;
  }
  const actionsOf = async (phone: string) => {
    const page = await listHistory(context.app, { phone, pageSize: 0, pageToken: "" });
    return page.rows.map(({ action, actor }) => [action, actor?.phone ?? ""]).toReversed();
  };

  it("changes state and notes, refuses numbers that are not listed, and writes the changes alone", async () => {
    const [one, two] = [await entry(), await entry()];
    const admin = await activeUser(context);
    const change = { isActive: false, notes: " two ", actor: admin };
    const rows = await batch([one, newPhone(), two, "12", one], change);
    expect(outcomes(rows)).to.deep.equal([
      "changed",
      "ENTRY_NOT_FOUND",
      "changed",
      "PHONE_LENGTH",
      "unchanged",
    ]);
    expect(outcomes(await batch([one, two], { notes: "two", actor: admin }))).to.deep.equal([
      "unchanged",
      "unchanged",
    ]);
    for (const phone of [one, two]) {
      expect(await context.app.whitelist.find(null, phone)).to.include({ isActive: false, notes: "two" });
      expect(await actionsOf(phone)).to.deep.equal([
        ["add", ""],
        ["deactivate", admin.phone],
      ]);
    }
  });

  it("removes entries once", async () => {
    const [one, two] = [await entry(), await entry()];
    expect(outcomes(await batch([one, two, one], { remove: true }))).to.deep.equal([
      "changed",
      "changed",
      "unchanged",
    ]);
    expect(outcomes(await batch([one], { remove: true }))).to.deep.equal(["ENTRY_NOT_FOUND"]);
    expect(await actionsOf(one)).to.deep.equal([
      ["add", ""],
      ["remove", ""],
    ]);
  });

  it("needs a change, and no other one beside a removal", async () => {
    const phone = await entry();
    for (const [change, field] of [
      [{}, "is_active"],
      [{ remove: true, isActive: false }, "remove"],
      [{ remove: true, notes: "" }, "remove"],
    ] as const) {
      const error = await rejection(batch([phone], change));
      expect(error).to.include({ reason: "INVALID_REQUEST" });
      expect((error as { fields: { field: string }[] }).fields.map(({ field }) => field)).to.deep.equal([
        field,
      ]);
    }
    expect(await context.app.whitelist.find(null, phone)).to.include({ notes: "one", isActive: true });
  });

  it("clears notes", async () => {
    const phone = await entry();
    expect(outcomes(await batch([phone], { notes: " " }))).to.deep.equal(["changed"]);
    expect(await context.app.whitelist.find(null, phone)).to.include({ notes: "" });
  });

  it("fails when the database does", async () => {
    const text = "SELECT pg_terminate_backend(pg_backend_pid())";
    const whitelist: typeof context.app.whitelist = {
      ...context.app.whitelist,
      async update() {
        await context.app.database.run(null, { name: "test_end", text, isAdHoc: true }, []);
        return { isChanged: true };
      },
    };
    const failing = batch([await entry()], { notes: "two" }, { ...context.app, whitelist });
    expect(await rejectionReason(failing)).to.equal("OVERLOADED");
  });

  it("changes each of 500 entries once when four whole batches run at once in two processes", async () => {
    const phones = Array.from({ length: 500 }, (_, n) => `+23798${String(n).padStart(7, "0")}`);
    const additions = phones.map((phone) => ({ phone, notes: "", isActive: true }));
    const by = { actor: null, at: context.clock.now(), importId: null };
    await context.app.whitelist.add(null, additions, by);
    const processes = [context.app, context.anotherProcess()];
    const results = await atOnce(4, (index) =>
      batch(index < 2 ? phones : phones.toReversed(), { isActive: false }, processes[index % 2]!),
    );
    const rows = results.flatMap((result) => (typeof result === "string" ? [result] : outcomes(result)));
    expect(rows.filter((outcome) => outcome === "changed")).to.have.length(500);
    expect(rows.filter((outcome) => outcome === "unchanged")).to.have.length(1500);
  });
});
