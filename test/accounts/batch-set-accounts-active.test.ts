import { expect } from "chai";
import { batchSetAccountsActive } from "../../src/accounts/batch-set-accounts-active.js";
import { setAccountActive } from "../../src/accounts/set-account-active.js";
import { setAccountRole } from "../../src/accounts/set-account-role.js";
import { setRights } from "../../src/accounts/set-rights.js";
import { type Actor, COMMAND_LINE } from "../../src/audit/act.js";
import type { BatchRow } from "../../src/batches/run-batch.js";
import { overloaded } from "../../src/errors.js";
import { laterActsOf } from "../audit/stored-history.js";
import { administrator } from "../support/administrator.js";
import { rejectionReason } from "../support/rejection.js";
import {
  activeUser,
  atOnce,
  newPhone,
  registered,
  signedIn,
  useTestContext,
} from "../support/test-context.js";

const REASON = "left the building";

describe("batchSetAccountsActive", () => {
  const context = useTestContext();
  const run = <Row extends object>(text: string) =>
    context.testDatabase.database.run<Row>(null, { name: "test_batch", text, isAdHoc: true }, []);

  const batch = (
    phones: readonly string[],
    isActive = false,
    actor: Actor = COMMAND_LINE,
    app = context.app,
  ) => batchSetAccountsActive(app, { phones, isActive, reason: REASON, actor });
  const makeSuperuser = (phone: string) => {
    const rights = () => ({ isStaff: true, isSuperuser: true });
    return setRights(context.app, { phone, rights, actor: COMMAND_LINE });
  };
  const outcomes = (rows: readonly BatchRow[]) =>
    rows.map((row) => (row.outcome === "refused" ? row.error.reason : row.outcome));

  it("ends sessions, and records each change once with its reason", async () => {
    const { user, tokens } = await signedIn(context);
    const other = await activeUser(context);
    const { user: staff } = await administrator(context);
    const actor = { kind: "administrator", id: staff.id } as const;
    expect(outcomes(await batch([user.phone, other.phone], false, actor))).to.deep.equal([
      "changed",
      "changed",
    ]);
    expect(outcomes(await batch([user.phone, other.phone], false, actor))).to.deep.equal([
      "unchanged",
      "unchanged",
    ]);
    expect(await rejectionReason(context.app.verifyAccessToken(tokens.access))).to.equal("UNAUTHENTICATED");
    for (const [id, sessionCount] of [
      [user.id, 1],
      [other.id, 0],
    ] as const) {
      const [act, ...others] = await laterActsOf(context.app, id);
      expect(act).to.deep.include({ action: "deactivated", actor, reason: REASON, sessionCount });
      expect(others).to.deep.equal([]);
    }
    expect(outcomes(await batch([user.phone], true, actor))).to.deep.equal(["changed"]);
    const [, reactivated] = await laterActsOf(context.app, user.id);
    expect(reactivated).to.deep.include({ action: "reactivated", actor, reason: REASON });
  });

  it("refuses the rows that setAccountActive refuses, and changes the others", async () => {
    const [user, superuser] = [await activeUser(context), await activeUser(context)];
    await makeSuperuser(superuser.phone);
    const { user: staff } = await administrator(context);
    const phones = [newPhone(), superuser.phone, "12", "+237 abc", await registered(context), user.phone];
    const rows = await batch(phones, false, { kind: "administrator", id: staff.id });
    expect(outcomes(rows)).to.deep.equal([
      "ACCOUNT_NOT_FOUND",
      "SUPERUSER_REQUIRED",
      "PHONE_LENGTH",
      "PHONE_INVALID",
      "ACCOUNT_NOT_FOUND",
      "changed",
    ]);
    expect((await context.app.users.findById(null, superuser.id))?.user.isActive).to.equal(true);
    expect(await laterActsOf(context.app, superuser.id)).to.have.length(1);
  });

  it("refuses the rows after the administrator has lost the rights, or the account", async () => {
    const losses: readonly ((phone: string) => Promise<unknown>)[] = [
      (phone) => setAccountActive(context.app, { phone, isActive: false, actor: COMMAND_LINE }),
      (phone) =>
        setAccountRole(context.app, { phone, role: "CUSTOMER", reason: REASON, actor: COMMAND_LINE }),
      (phone) => run(`UPDATE users SET deletion_at = now() + interval '1 day' WHERE phone = '${phone}'`),
      (phone) => run(`DELETE FROM users WHERE phone = '${phone}'`),
    ];
    for (const lose of losses) {
      const { user: staff } = await administrator(context);
      const [first, second] = [await activeUser(context), await activeUser(context)];
      let calls = 0;
      const accounts: typeof context.app.accounts = {
        ...context.app.accounts,
        async lockSuperusers(tx) {
          calls += 1;
          if (calls === 2) await lose(staff.phone);
          return context.app.accounts.lockSuperusers(tx);
        },
      };
      const actor = { kind: "administrator", id: staff.id } as const;
      const rows = await batch([first.phone, second.phone], false, actor, { ...context.app, accounts });
      expect(outcomes(rows)).to.deep.equal(["changed", "ADMIN_REQUIRED"]);
      expect(await laterActsOf(context.app, second.id)).to.deep.equal([]);
    }
  });

  it("refuses the rows after an administrator's own account", async () => {
    const { user: staff } = await administrator(context);
    const { phone } = await activeUser(context);
    const rows = await batch([staff.phone, phone], false, { kind: "administrator", id: staff.id });
    expect(outcomes(rows)).to.deep.equal(["changed", "ADMIN_REQUIRED"]);
  });

  it("keeps the rows before a failure of the database, and repeats nothing", async () => {
    const users = [await activeUser(context), await activeUser(context), await activeUser(context)];
    const phones = users.map(({ phone }) => phone);
    let calls = 0;
    const accounts: typeof context.app.accounts = {
      ...context.app.accounts,
      lockSuperusers(tx) {
        calls += 1;
        if (calls === 2) throw overloaded(1);
        return context.app.accounts.lockSuperusers(tx);
      },
    };
    expect(await rejectionReason(batch(phones, false, COMMAND_LINE, { ...context.app, accounts }))).to.equal(
      "OVERLOADED",
    );
    expect(outcomes(await batch(phones))).to.deep.equal(["unchanged", "changed", "changed"]);
    for (const { id } of users) expect(await laterActsOf(context.app, id)).to.have.length(1);
  });

  it("keeps the last superuser when two processes deactivate all of them at once, in opposite orders", async () => {
    await run("UPDATE users SET is_superuser = false");
    const phones: string[] = [];
    for (let count = 0; count < 5; count += 1) phones.push((await activeUser(context)).phone);
    for (const phone of phones) await makeSuperuser(phone);
    const processes = [context.app, context.anotherProcess()];
    const results = await atOnce(2, (index) =>
      batch(index === 0 ? phones : phones.toReversed(), false, COMMAND_LINE, processes[index]!),
    );
    const reasons = results.flatMap((rows) => (typeof rows === "string" ? [rows] : outcomes(rows)));
    expect(reasons.filter((reason) => reason === "changed")).to.have.length(4);
    expect(reasons).to.include("LAST_SUPERUSER").and.not.include("OVERLOADED");
    expect(await run("SELECT FROM users WHERE is_superuser AND is_active")).to.have.length(1);
  });

  it("changes each of 500 accounts once when four whole batches run at once in two processes", async () => {
    const { id } = await activeUser(context);
    const inserted = await run<{ id: number; phone: string }>(
      `INSERT INTO users (phone, password_hash, first_name, last_name, is_active, date_joined)
       SELECT '+23799' || lpad(n::text, 7, '0'), password_hash, first_name, last_name, true, date_joined
       FROM users, generate_series(1, 500) AS n WHERE users.id = ${id} RETURNING id, phone`,
    );
    const phones = inserted.map(({ phone }) => phone);
    const processes = [context.app, context.anotherProcess()];
    const results = await atOnce(4, (index) =>
      batch(index < 2 ? phones : phones.toReversed(), false, COMMAND_LINE, processes[index % 2]!),
    );
    const rows = results.flatMap((result) => (typeof result === "string" ? [result] : outcomes(result)));
    expect(rows).to.have.length(2000);
    expect(rows.filter((outcome) => outcome === "changed")).to.have.length(500);
    expect(rows.filter((outcome) => outcome === "unchanged")).to.have.length(1500);
    for (const one of [inserted[0]!, inserted[499]!]) {
      expect(await laterActsOf(context.app, one.id)).to.have.length(1);
    }
  });
});

describe("setAccountActive", () => {
  const context = useTestContext();

  it("records a reason, or none", async () => {
    const { id, phone } = await activeUser(context);
    await setAccountActive(context.app, { phone, isActive: false, reason: REASON, actor: COMMAND_LINE });
    await setAccountActive(context.app, { phone, isActive: true, actor: COMMAND_LINE });
    const acts = await laterActsOf(context.app, id);
    expect(acts.map(({ action, reason }) => [action, reason])).to.deep.equal([
      ["deactivated", REASON],
      ["reactivated", null],
    ]);
  });
});
