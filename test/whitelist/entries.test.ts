import { expect } from "chai";
import { register } from "../../src/auth/register.js";
import type { User } from "../../src/users/user.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { checkPhone } from "../../src/whitelist/check-phone.js";
import { initWhitelist, TEST_NUMBERS } from "../../src/whitelist/init-whitelist.js";
import { allHistory } from "../../src/whitelist/list-history.js";
import { removeEntry } from "../../src/whitelist/remove-entry.js";
import { updateEntry } from "../../src/whitelist/update-entry.js";
import type { WhitelistChange } from "../../src/whitelist/whitelist-history.js";
import { rejectionReason } from "../support/rejection.js";
import {
  activeUser,
  atOnce,
  newPhone,
  person,
  type TestContext,
  useTestContext,
} from "../support/test-context.js";

describe("whitelist", () => {
  const context = useTestContext();
  let admin: User;
  before(async () => {
    admin = await activeUser(context);
  });

  const add = (phone: string, given: { notes?: string; isActive?: boolean; app?: TestContext["app"] } = {}) =>
    addEntry(given.app ?? context.app, {
      phone,
      notes: given.notes ?? "",
      isActive: given.isActive ?? true,
      actor: admin,
    });
  const remove = (phone: string) => removeEntry(context.app, { phone, actor: admin });
  const update = (phone: string, notes: string | null, isActive: boolean | null) =>
    updateEntry(context.app, { phone, notes, isActive, actor: admin });
  const statistics = () => context.app.whitelistLists.statistics(null);

  async function history(phone: string): Promise<WhitelistChange[]> {
    const changes = [];
    for await (const some of allHistory(context.app, phone)) changes.push(...some);
    return changes;
  }

  describe("addEntry", () => {
    it("adds a number in canonical form, with the administrator and the time", async () => {
      const phone = newPhone();
      const { entry, reactivated } = await add(` 00${phone.slice(1)} `, { notes: " Client VIP\n" });
      expect(reactivated).to.equal(false);
      expect(entry).to.deep.include({ phone, notes: "Client VIP", isActive: true });
      expect(entry.addedBy).to.deep.equal({ phone: admin.phone, firstName: "John", lastName: "Doe" });
      expect(entry.addedAt).to.deep.equal(context.clock.now());
    });

    it("refuses a number that is already listed, and an invalid one", async () => {
      const phone = newPhone();
      await add(phone);
      expect(await rejectionReason(add(phone))).to.equal("ENTRY_EXISTS");
      expect(await rejectionReason(add(phone, { isActive: false }))).to.equal("ENTRY_EXISTS");
      expect(await rejectionReason(add("12"))).to.equal("PHONE_LENGTH");
    });

    it("reactivates an inactive number, and keeps its notes unless new ones are given", async () => {
      const phone = newPhone();
      await add(phone, { notes: "first", isActive: false });
      const again = await add(phone);
      expect(again.reactivated).to.equal(true);
      expect(again.entry).to.deep.include({ notes: "first", isActive: true });
      await update(phone, null, false);
      expect((await add(phone, { notes: "second" })).entry.notes).to.equal("second");
    });

    it("adds a number once when 50 callers add it at once in two processes", async () => {
      const phone = newPhone();
      const processes = [context.app, context.anotherProcess()];
      const before = await statistics();
      const results = await atOnce(50, (index) => add(phone, { app: processes[index % 2]! }));
      expect(results.filter((result) => typeof result === "object")).to.have.length(1);
      expect(results.filter((result) => result === "ENTRY_EXISTS")).to.have.length(49);
      expect(await history(phone)).to.have.length(1);
      expect((await statistics()).total).to.equal(before.total + 1);
    });

    it("reactivates a number once when 20 callers do so at once", async () => {
      const phone = newPhone();
      await add(phone, { isActive: false });
      const results = await atOnce(20, () => add(phone));
      expect(results.filter((result) => typeof result === "object")).to.have.length(1);
      expect((await history(phone)).map(({ action }) => action)).to.deep.equal(["reactivate", "add"]);
    });
  });

  describe("checkPhone", () => {
    it("distinguishes an active number from an inactive and an unknown one", async () => {
      const phone = newPhone();
      expect(await checkPhone(context.app, phone)).to.deep.equal({ phone, isAuthorized: false, entry: null });
      await add(phone);
      expect((await checkPhone(context.app, phone)).isAuthorized).to.equal(true);
      await update(phone, null, false);
      const { isAuthorized, entry } = await checkPhone(context.app, phone);
      expect(isAuthorized).to.equal(false);
      expect(entry?.isActive).to.equal(false);
    });
  });

  describe("updateEntry", () => {
    it("changes the given fields only", async () => {
      const phone = newPhone();
      await add(phone, { notes: "first" });
      expect(await update(phone, "second", null)).to.deep.include({ notes: "second", isActive: true });
      expect(await update(phone, null, false)).to.deep.include({ notes: "second", isActive: false });
      expect(await update(phone, "", true)).to.deep.include({ notes: "", isActive: true });
    });

    it("writes nothing into the history when nothing changes", async () => {
      const phone = newPhone();
      await add(phone, { notes: "same" });
      await update(phone, null, null);
      await update(phone, "same", true);
      expect(await history(phone)).to.have.length(1);
    });

    it("refuses a number that is not listed", async () => {
      expect(await rejectionReason(update(newPhone(), "x", null))).to.equal("ENTRY_NOT_FOUND");
    });
  });

  describe("removeEntry", () => {
    it("removes a number once when 20 callers do so at once", async () => {
      const phone = newPhone();
      await add(phone);
      const results = await atOnce(20, () => remove(phone));
      expect(results.filter((result) => result === phone)).to.have.length(1);
      expect(results.filter((result) => result === "ENTRY_NOT_FOUND")).to.have.length(19);
    });

    it("leaves a concurrent registration with a code or a clean refusal", async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, async () => {
          const phone = newPhone();
          await add(phone);
          const [registered, removed] = await Promise.all([
            register(context.app, { ...person, phone }).then(
              () => "registered",
              (error: Error) => error.message,
            ),
            remove(phone),
          ]);
          expect(removed).to.equal(phone);
          expect(context.outbox.to(phone)).to.have.length(registered === "registered" ? 1 : 0);
          return registered;
        }),
      );
      for (const outcome of outcomes) expect(outcome).to.be.oneOf(["registered", "PHONE_NOT_WHITELISTED"]);
    });
  });

  describe("history", () => {
    it("lists each change with actor, time, before and after, the latest first", async () => {
      const phone = newPhone();
      await add(phone, { notes: "one" });
      context.clock.advance(60);
      await update(phone, "two", null);
      await update(phone, null, false);
      await add(phone);
      await remove(phone);
      const changes = await history(phone);
      const told = changes.map(({ action, before, after }) => ({ action, before, after }));
      const state = (isActive: boolean, notes: string) => ({ isActive, notes });
      expect(told).to.deep.equal([
        { action: "remove", before: state(true, "two"), after: null },
        { action: "reactivate", before: state(false, "two"), after: state(true, "two") },
        { action: "deactivate", before: state(true, "two"), after: state(false, "two") },
        { action: "change_notes", before: state(true, "one"), after: state(true, "two") },
        { action: "add", before: null, after: state(true, "one") },
      ]);
      expect(changes[0]?.actor).to.deep.equal({ phone: admin.phone, name: "John Doe" });
      expect(changes[0]?.importId).to.equal(null);
      const [first] = changes.slice(-1);
      expect(changes[0]!.happenedAt.getTime() - first!.happenedAt.getTime()).to.equal(60_000);
    });

    it("keeps an administrator's name after the account is removed, while the entry loses it", async () => {
      const phone = newPhone();
      const gone = await activeUser(context);
      await addEntry(context.app, { phone, notes: "", isActive: true, actor: gone });
      const { database } = context.testDatabase;
      await database.run(null, { name: "test_gone", text: "DELETE FROM users WHERE id = $1" }, [gone.id]);
      expect((await context.app.whitelist.find(null, phone))?.addedBy).to.equal(null);
      expect((await history(phone))[0]?.actor).to.deep.equal({ phone: gone.phone, name: "John Doe" });
    });

    it("has no actor for the command line, and nothing for a number that was never listed", async () => {
      const phone = newPhone();
      await addEntry(context.app, { phone, notes: "", isActive: true, actor: null });
      expect((await history(phone))[0]?.actor).to.equal(null);
      expect(await history(newPhone())).to.deep.equal([]);
    });
  });

  describe("statistics", () => {
    it("are exact after 200 concurrent changes in two processes, some of them rolled back", async () => {
      const processes = [context.app, context.anotherProcess()];
      await atOnce(200, async (index) => {
        const app = processes[index % 2]!;
        const phone = newPhone();
        await add(phone, { app, isActive: index % 3 !== 0 });
        if (index % 4 === 0) await removeEntry(app, { phone, actor: null });
        if (index % 5 === 0) {
          await updateEntry(app, { phone, notes: null, isActive: false, actor: null }).catch(() => {});
        }
        if (index % 7 === 0) {
          await app.database
            .transaction(async (tx) => {
              await app.whitelist.remove(tx, phone, { actor: null, at: context.clock.now(), importId: null });
              throw new Error("taken back");
            })
            .catch(() => {});
        }
      });
      const [counted] = await context.testDatabase.database.run<{ active: number; inactive: number }>(
        null,
        {
          name: "test_count",
          text: `SELECT count(*) FILTER (WHERE is_active)::integer AS active,
                   count(*) FILTER (WHERE NOT is_active)::integer AS inactive FROM whitelist_entries`,
        },
        [],
      );
      const { active, inactive } = counted!;
      expect(await statistics()).to.deep.equal({ total: active + inactive, active, inactive });
      expect(active * inactive).to.be.above(0);
    });

    it("don't wait for a long import", async () => {
      const before = await statistics();
      await context.app.database.transaction(async (tx) => {
        const by = { actor: null, at: context.clock.now(), importId: null };
        await context.app.whitelist.add(tx, [{ phone: newPhone(), notes: "", isActive: true }], by);
        await add(newPhone());
        expect((await statistics()).total).to.equal(before.total + 1);
      });
      expect((await statistics()).total).to.equal(before.total + 2);
    });
  });

  it("contains the specification's test numbers after init, which reactivates them only by force", async () => {
    const init = async (force: boolean) =>
      (await initWhitelist(context.app, { force, notes: "" })).map(({ result }) => result);
    expect(await init(false)).to.deep.equal(["added", "added", "added", "added"]);
    await update(TEST_NUMBERS[1], null, false);
    expect(await init(false)).to.deep.equal(["unchanged", "unchanged", "unchanged", "unchanged"]);
    expect(await init(true)).to.deep.equal(["unchanged", "reactivated", "unchanged", "unchanged"]);
  });
});
