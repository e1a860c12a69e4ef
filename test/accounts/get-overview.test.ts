import { expect } from "chai";
import { eraseAccount } from "../../src/accounts/erase-account.js";
import { getAccount } from "../../src/accounts/get-account.js";
import { getOverview } from "../../src/accounts/get-overview.js";
import { toOverviewMessage } from "../../src/accounts/overview-message.js";
import { setAccountActive } from "../../src/accounts/set-account-active.js";
import { setRights } from "../../src/accounts/set-rights.js";
import { updateAccount } from "../../src/accounts/update-account.js";
import type { AccountReader } from "../../src/accounts/view-account.js";
import { type Actor, COMMAND_LINE } from "../../src/audit/act.js";
import { requestPasswordReset } from "../../src/auth/reset-password.js";
import { DomainError } from "../../src/errors.js";
import type { ProfileField, ProfileValues } from "../../src/users/profile-update.js";
import type { User } from "../../src/users/user.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { importEntries } from "../../src/whitelist/import/import-entries.js";
import { removeEntry } from "../../src/whitelist/remove-entry.js";
import { updateEntry } from "../../src/whitelist/update-entry.js";
import { administrator } from "../support/administrator.js";
import { rejection } from "../support/rejection.js";
import { activeUser, atOnce, caller, newPhone, registered, useTestContext } from "../support/test-context.js";

describe("the overview", () => {
  const context = useTestContext();
  const sql = <Row extends object>(text: string, values: unknown[] = []) =>
    context.testDatabase.database.run<Row>(null, { name: "test_sql", text, isAdHoc: true }, values);

  /** An administrator who has signed in. */
  async function staff() {
    const { user, tokens } = await administrator(context);
    const { sessionId } = await context.app.verifyAccessToken(tokens.access);
    return { user, sessionId };
  }
  async function superuser() {
    const { user, sessionId } = await staff();
    const rights = () => ({ isStaff: true, isSuperuser: true });
    return {
      user: await setRights(context.app, { phone: user.phone, actor: COMMAND_LINE, rights }),
      sessionId,
    };
  }
  const update = (phone: string, actor: Actor, changed: Partial<ProfileValues>) =>
    updateAccount(context.app, {
      ...{ phone, actor, fields: Object.keys(changed) as ProfileField[] },
      values: { first_name: "", last_name: "", email: null, address: null, apartment_name: null, ...changed },
    });
  const actorOf = ({ user: { id } }: { user: User }): Actor => ({ kind: "administrator", id });
  const overview = (reader: AccountReader, app = context.app) => getOverview(app, { reader });
  /** The whitelist's changes, as the overview has them. */
  const whitelistChanges = async () =>
    (await overview(await staff())).whitelist.changes.map(({ phone, change, changeCount }) => ({
      ...{ phone, changeCount, importId: change?.importId, after: change?.after, actor: change?.actorPhone },
    }));

  async function importPhones(phones: readonly string[], actor: User | null = null): Promise<void> {
    async function* lines() {
      for (const [index, phone] of phones.entries())
        yield [{ line: index + 1, phone, notes: "Bâtiment B", isActive: true }];
    }
    const input = { lines: lines(), dryRun: false, allOrNothing: false, report: () => {} };
    await importEntries(context.app, { ...input, actor });
  }

  describe("of changes to accounts", () => {
    it("has those of administrators and the command line, latest first, without reads", async () => {
      const reader = await staff();
      const [one, two] = [await activeUser(context), await activeUser(context)];
      context.clock.advance(1);
      await setAccountActive(context.app, { phone: one.phone, isActive: false, actor: actorOf(reader) });
      context.clock.advance(1);
      await setAccountActive(context.app, { phone: two.phone, isActive: false, actor: COMMAND_LINE });
      context.clock.advance(1);
      await setAccountActive(context.app, { phone: one.phone, isActive: true, actor: COMMAND_LINE });
      await getAccount(context.app, { phone: one.phone, reader });
      const { accountChanges } = await overview(reader);
      expect(
        accountChanges.slice(0, 3).map(({ accountId, act }) => [accountId, act.action, act.actor.kind]),
      ).to.deep.equal([
        [one.id, "reactivated", "command_line"],
        [two.id, "deactivated", "command_line"],
        [one.id, "deactivated", "administrator"],
      ]);
      const { phone, firstName, lastName } = reader.user;
      expect(accountChanges[2]?.act.actorAccount).to.deep.equal({ phone, firstName, lastName });
      const kinds = new Set(accountChanges.map(({ act }) => act.actor.kind));
      expect([...kinds]).to.have.members(["administrator", "command_line"]);
    });

    it("has the account as it is now, and neither values nor reasons", async () => {
      const reader = await staff();
      const { id, phone } = await activeUser(context);
      context.clock.advance(1);
      const reason = "Sold the flat";
      await setAccountActive(context.app, { phone, isActive: false, reason, actor: actorOf(reader) });
      context.clock.advance(1);
      const changed = { first_name: "Ada", last_name: "Lovelace" };
      await update(phone, actorOf(reader), changed);
      const { accountChanges } = await overview(reader);
      const account = { phone, firstName: "Ada", lastName: "Lovelace" };
      const [profile, state] = accountChanges;
      expect(profile).to.deep.include({ accountId: id, account });
      expect(profile?.act).to.deep.include({
        fields: ["first_name", "last_name"],
        before: null,
        after: null,
      });
      expect(state).to.deep.include({ accountId: id, account });
      expect(state?.act).to.deep.include({ action: "deactivated", reason: null, sessionCount: 0 });
      const message = JSON.stringify(toOverviewMessage(await overview(reader)), (_, value) =>
        typeof value === "bigint" ? String(value) : value,
      );
      expect(message).to.include('"accountDisplayName":"Ada Lovelace"').and.not.to.include(reason);
    });

    it("has those of an account that is gone, without a number", async () => {
      const [reader, above] = [await staff(), await superuser()];
      const { id, phone } = await activeUser(context);
      context.clock.advance(1);
      await eraseAccount(context.app, { phone, reason: "A letter", actor: actorOf(above) });
      const [erased] = (await overview(reader)).accountChanges;
      expect(erased).to.deep.include({ accountId: id, account: null });
      expect(erased?.act.action).to.equal("erased");
    });

    it("has those of a superuser's account for superusers alone, as long as it is one", async () => {
      const [reader, above] = [await staff(), await superuser()];
      const seenBy = async (who: AccountReader) =>
        (await overview(who)).accountChanges.filter(({ accountId }) => accountId === above.user.id);
      expect(await seenBy(reader)).to.deep.equal([]);
      expect((await seenBy(above)).map(({ act }) => act.action)).to.deep.equal([
        "role_changed",
        "role_changed",
      ]);
      const other = await superuser();
      const rights = () => ({ isStaff: true, isSuperuser: false });
      await setRights(context.app, { phone: above.user.phone, actor: actorOf(other), rights });
      expect(await seenBy(reader)).to.have.length(3);
    });

    it("has 20 at most, which the accounts of superusers don't take from staff", async () => {
      const [reader, above] = [await staff(), await superuser()];
      const { id, phone } = await activeUser(context);
      for (let change = 0; change < 25; change += 1) {
        context.clock.advance(1);
        await setAccountActive(context.app, { phone, isActive: change % 2 === 1, actor: COMMAND_LINE });
      }
      for (let change = 0; change < 25; change += 1) {
        context.clock.advance(1);
        await update(above.user.phone, actorOf(above), { address: `Rue ${change}` });
      }
      const forStaff = (await overview(reader)).accountChanges;
      expect(forStaff.map(({ accountId }) => accountId)).to.deep.equal(Array(20).fill(id));
      const numbers = forStaff.map(({ act }) => act.number);
      expect(numbers).to.deep.equal(numbers.toSorted((a, b) => b - a));
      const forSuperusers = (await overview(above)).accountChanges;
      expect(forSuperusers.map(({ accountId }) => accountId)).to.deep.equal(Array(20).fill(above.user.id));
    });
  });

  describe("of changes to the whitelist", () => {
    beforeEach(async () => {
      await staff();
      context.clock.advance(60);
      await sql("DELETE FROM whitelist_history");
    });
    /** Without those that accounts of the test made. */
    const changes = async (phones: readonly string[]) =>
      (await whitelistChanges()).filter(({ phone }) => phones.includes(phone!));

    it("has them latest first, with who made them, and without notes", async () => {
      const { user: actor } = await staff();
      const phone = newPhone();
      await addEntry(context.app, { phone, notes: "Bâtiment A", isActive: true, actor });
      context.clock.advance(1);
      await updateEntry(context.app, { phone, notes: "Bâtiment C", isActive: false, actor: null });
      context.clock.advance(1);
      await removeEntry(context.app, { phone, actor });
      const single = { phone, changeCount: 1, importId: "" };
      expect(await changes([phone])).to.deep.equal([
        { ...single, after: undefined, actor: actor.phone },
        { ...single, after: { isActive: false, notes: "" }, actor: "" },
        { ...single, after: { isActive: true, notes: "" }, actor: actor.phone },
      ]);
    });

    it("has all changes of an import as one, with the number that was changed last", async () => {
      const { user } = await staff();
      const [first, second, before, after] = [
        [newPhone(), newPhone(), newPhone()],
        [newPhone(), newPhone()],
        newPhone(),
        newPhone(),
      ];
      await addEntry(context.app, { phone: before, notes: "", isActive: true, actor: null });
      context.clock.advance(1);
      await importPhones(first, user);
      context.clock.advance(1);
      await importPhones(second);
      context.clock.advance(1);
      await addEntry(context.app, { phone: after, notes: "", isActive: true, actor: null });
      const all = await changes([...first, ...second, before, after]);
      expect(all.map(({ phone, changeCount, actor }) => [phone, changeCount, actor])).to.deep.equal([
        [after, 1, ""],
        [second.toSorted().at(-1), 2, ""],
        [first.toSorted().at(-1), 3, user.phone],
        [before, 1, ""],
      ]);
      const ids = all.map(({ importId }) => importId);
      expect([ids[0], ids[3]]).to.deep.equal(["", ""]);
      expect(new Set(ids.slice(1, 3))).to.have.property("size", 2);
    });

    it("tells imports apart that began at the same moment, and what changed between their lines", async () => {
      const lists = [0, 1].map(() => Array.from({ length: 5 }, newPhone));
      const singles = Array.from({ length: 5 }, newPhone);
      await Promise.all([
        ...lists.map((phones) => importPhones(phones)),
        ...singles.map((phone) => addEntry(context.app, { phone, notes: "", isActive: true, actor: null })),
      ]);
      const all = await changes([...lists.flat(), ...singles]);
      const counts = all.map(({ changeCount }) => changeCount).sort();
      expect(counts).to.deep.equal([1, 1, 1, 1, 1, 5, 5]);
    });

    it("has 20 at most, and reads past imports of any length, whose changes are counted up to 10,000", async () => {
      const fill = (at: string, count: number) =>
        sql(
          `INSERT INTO whitelist_history (phone, action, happened_at, import_id, is_active, notes_after)
           SELECT '+237699' || lpad(n::text, 6, '0'), 'add', $1::timestamptz, id, true, 'x'
           FROM (SELECT gen_random_uuid() AS id) AS import, generate_series(1, $2::integer) AS n`,
          [at, count],
        );
      for (let day = 1; day <= 25; day += 1) {
        const length = { 24: 10_000, 25: 10_001 }[day] ?? day;
        await fill(`2026-06-${String(day).padStart(2, "0")}T12:00:00Z`, length);
      }
      const all = await whitelistChanges();
      const expected = Array.from({ length: 18 }, (_, index) => 23 - index);
      expect(all.map(({ changeCount }) => changeCount)).to.deep.equal([10_000, 10_000, ...expected]);
      expect(all[0]?.phone).to.equal("+237699010001");
    });
  });

  it("has the role of its reader, and the statistics of the lists", async () => {
    const [reader, above] = [await staff(), await superuser()];
    await registered(context);
    const { phone } = await activeUser(context);
    await setAccountActive(context.app, { phone, isActive: false, actor: COMMAND_LINE });
    const seen = await overview(reader);
    expect(seen.role).to.equal("STAFF");
    expect((await overview(above)).role).to.equal("SUPERUSER");
    const accounts = await context.app.accountStatistics.read(null, context.clock.now());
    expect(seen.accountStatistics).to.deep.equal(accounts);
    expect(accounts.deactivated).to.be.above(0);
    expect(accounts.pending).to.be.above(0);
    const { total, active, inactive } = await context.app.whitelistLists.statistics(null);
    expect(seen.whitelist.statistics).to.deep.equal({
      ...{ totalCount: total, activeCount: active, inactiveCount: inactive },
    });
    expect(total).to.be.above(0);
  });

  it("has what is wrong with SMS and rate limits", async () => {
    const reader = await staff();
    const figures = async (changes: Partial<typeof context.app> = {}) => {
      const { isSmsPaused, sms, areLimitsInMemory } = await overview(reader, { ...context.app, ...changes });
      return { isSmsPaused, failed: sms.failed, areLimitsInMemory };
    };
    const { failed } = await figures();
    const fine = { isSmsPaused: false, failed, areLimitsInMemory: false };
    expect(await figures({ areLimitsInMemory: () => false })).to.deep.equal(fine);
    const smsBudget = { ...context.app.smsBudget, isPaused: true };
    expect(await figures({ smsBudget })).to.deep.equal({
      ...fine,
      isSmsPaused: true,
      areLimitsInMemory: true,
    });
  });

  it("counts the messages that failed, of 40 at once in two processes", async () => {
    const reader = await staff();
    const phones = await Promise.all(
      Array.from({ length: 40 }, async () => (await activeUser(context)).phone),
    );
    const before = (await overview(reader)).sms;
    const sms = {
      ...context.outbox,
      sendVerificationCode: () => Promise.reject(new DomainError("SMS_UNAVAILABLE")),
    };
    const processes = [context.app, context.anotherProcess()].map((app) => ({ ...app, sms }));
    await atOnce(40, async (index) =>
      requestPasswordReset(processes[index % 2]!, { ...caller, phone: phones[index]! }),
    );
    await context.settle();
    const { sms: after } = await overview(reader, context.anotherProcess());
    expect(after).to.deep.equal({ sent: before.sent, failed: before.failed + 40 });
  });

  it("takes five statements at once, in no transaction, and is recorded nowhere", async () => {
    const reader = await staff();
    const acts = async () => (await sql<{ count: string }>("SELECT count(*) FROM account_history"))[0]?.count;
    const before = await acts();
    context.statements.length = 0;
    await overview(reader);
    expect(
      context.statements.filter((text) => /\b(BEGIN|START TRANSACTION|COMMIT)\b/.test(text)),
    ).to.deep.equal([]);
    expect(context.statements).to.have.length(5);
    expect(await acts()).to.equal(before);
  });

  it("is not there in part", async () => {
    const reader = await staff();
    const app = {
      ...context.app,
      readWhitelistOverview: () => Promise.reject(new DomainError("OVERLOADED")),
    };
    expect(await rejection(overview(reader, app))).to.include({ reason: "OVERLOADED" });
  });
});
