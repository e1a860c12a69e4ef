import { expect } from "chai";
import { AccountActionSchema } from "#gen/waterbill/identity/v1/account_service_pb.js";
import { ACTIONS, toAccountChangeMessage } from "../../src/accounts/account-history-message.js";
import { listAccountHistory } from "../../src/accounts/list-account-history.js";
import { setAccountActive } from "../../src/accounts/set-account-active.js";
import { setRights } from "../../src/accounts/set-rights.js";
import { COMMAND_LINE } from "../../src/audit/act.js";
import type { RecordedAct } from "../../src/audit/read-history.js";
import { laterActsOf, verified } from "../audit/stored-history.js";
import { administrator } from "../support/administrator.js";
import { rejection, rejectionReason } from "../support/rejection.js";
import { activeUser, atOnce, newPhone, registered, useTestContext } from "../support/test-context.js";

describe("the history of an account", () => {
  const context = useTestContext();
  const sql = (text: string) =>
    context.testDatabase.database.run(null, { name: "test_sql", text, isAdHoc: true }, []);

  /** An administrator who has signed in. */
  async function staff() {
    const { user, tokens } = await administrator(context);
    const { sessionId } = await context.app.verifyAccessToken(tokens.access);
    return { user, sessionId };
  }
  type Reader = Awaited<ReturnType<typeof staff>>;

  const list = (phone: string, reader: Reader, request = {}, app = context.app) =>
    listAccountHistory(app, { phone, reader, omitViews: false, pageSize: 0, pageToken: "", ...request });
  const actionsOf = (acts: readonly Pick<RecordedAct, "action">[]) => acts.map(({ action }) => action);

  it("is listed latest first, with those who acted", async () => {
    const reader = await staff();
    const { id, phone } = await activeUser(context);
    await setAccountActive(context.app, {
      phone,
      isActive: false,
      actor: { kind: "administrator", id: reader.user.id },
    });
    await setRights(context.app, {
      phone,
      actor: COMMAND_LINE,
      rights: () => ({ isStaff: true, isSuperuser: false }),
    });
    const { rows, nextPageToken } = await list(` ${phone.slice(1)} `, reader);
    expect(nextPageToken).to.equal("");
    expect(rows.map(({ number, action, actor }) => [number, action, actor.kind])).to.deep.equal([
      [4, "role_changed", "command_line"],
      [3, "deactivated", "administrator"],
      [2, "activated", "owner"],
      [1, "registered", "owner"],
    ]);
    const { phone: adminPhone, firstName, lastName } = reader.user;
    expect(rows[1]?.actorAccount).to.deep.equal({ phone: adminPhone, firstName, lastName });
    expect(rows[0]).to.deep.include({ actorAccount: null, before: { role: "CUSTOMER" } });
    expect((await list(` ${id} `, reader)).rows.slice(1)).to.deep.equal(rows);
  });

  it("comes in pages, of which only the first is recorded", async () => {
    const reader = await staff();
    const { id, phone } = await activeUser(context);
    const first = await list(phone, reader, { pageSize: 1 });
    const second = await list(phone, reader, { pageSize: 1, pageToken: first.nextPageToken });
    expect(actionsOf([...first.rows, ...second.rows])).to.deep.equal(["activated", "registered"]);
    expect(second.nextPageToken).to.equal("");
    const acts = await laterActsOf(context.app, id);
    const actor = { kind: "administrator", id: reader.user.id };
    expect(acts.map(({ action, fields }) => [action, fields])).to.deep.equal([["viewed", ["history"]]]);
    expect(acts[0]?.actor).to.deep.equal(actor);
    const other = await activeUser(context);
    const foreign = list(other.phone, reader, { pageToken: first.nextPageToken });
    expect(await rejectionReason(foreign)).to.equal("INVALID_REQUEST");
    // Whoever reads a later page has read the first one, and that is recorded.
    const colleague = list(phone, await staff(), { pageToken: first.nextPageToken });
    expect(await rejectionReason(colleague)).to.equal("INVALID_REQUEST");
  });

  it("is listed without the reads of administrators, in pages of its own, of which the first is recorded", async () => {
    const reader = await staff();
    const { id, phone } = await activeUser(context);
    for (const isActive of [false, true]) {
      await list(phone, reader);
      await setAccountActive(context.app, { phone, isActive, actor: COMMAND_LINE });
    }
    await list(phone, reader);
    const request = { pageSize: 2, omitViews: true };
    const first = await list(phone, reader, request);
    const second = await list(phone, reader, { ...request, pageToken: first.nextPageToken });
    expect(
      [first, second].map(({ rows }) => rows.map(({ number, action }) => [number, action])),
    ).to.deep.equal([
      [
        [6, "reactivated"],
        [4, "deactivated"],
      ],
      [
        [2, "activated"],
        [1, "registered"],
      ],
    ]);
    expect(second.nextPageToken).to.equal("");
    const acts = await laterActsOf(context.app, id);
    expect(actionsOf(acts)).to.deep.equal([
      "viewed",
      "deactivated",
      "viewed",
      "reactivated",
      "viewed",
      "viewed",
    ]);
    const whole = await list(phone, reader, { pageSize: 2 });
    for (const [omitViews, { nextPageToken: pageToken }] of [
      [false, first],
      [true, whole],
    ] as const) {
      const foreign = list(phone, reader, { pageSize: 2, omitViews, pageToken });
      expect(await rejectionReason(foreign), `${omitViews}`).to.equal("INVALID_REQUEST");
    }
  });

  it("outlives the account, without the values, and its administrators", async () => {
    const reader = await staff();
    const gone = await staff();
    const { id, phone } = await activeUser(context);
    const actor = { kind: "administrator", id: gone.user.id } as const;
    await setAccountActive(context.app, { phone, isActive: false, actor });
    await sql(`DELETE FROM account_history_values WHERE account_id = ${id}`);
    await sql(`DELETE FROM users WHERE id IN (${id}, ${gone.user.id})`);
    expect(await rejectionReason(list(phone, reader))).to.equal("ACCOUNT_NOT_FOUND");
    for (let read = 1; read <= 2; read += 1) {
      const { rows } = await list(String(id), reader);
      expect(actionsOf(rows)).to.deep.equal(["deactivated", "activated", "registered"]);
      expect(rows[0]).to.deep.include({ actor, actorAccount: null, after: null, reason: null });
    }
  });

  it("needs an account that exists or existed, and a superuser for that of a superuser", async () => {
    const reader = await staff();
    for (const phone of [newPhone(), await registered(context), "99999999", "0"]) {
      expect(await rejectionReason(list(phone, reader)), phone).to.equal("ACCOUNT_NOT_FOUND");
    }
    expect(await rejectionReason(list("", reader))).to.equal("PHONE_REQUIRED");
    expect(await rejectionReason(list("abc", reader))).to.equal("PHONE_INVALID");
    const { id, phone } = await activeUser(context);
    const rights = () => ({ isStaff: false, isSuperuser: true });
    const superuser = await setRights(context.app, { phone, actor: COMMAND_LINE, rights });
    for (const key of [phone, String(id)]) {
      expect(await rejectionReason(list(key, reader))).to.equal("SUPERUSER_REQUIRED");
    }
    expect((await list(phone, { ...reader, user: superuser })).rows).to.have.length(3);
  });

  it("is not read if that can't be recorded", async () => {
    const reader = await staff();
    const { id, phone } = await activeUser(context);
    const app = { ...context.app, record: () => Promise.reject(new Error("not recorded")) };
    expect(await rejection(list(phone, reader, {}, app))).to.include({ message: "not recorded" });
    expect(await laterActsOf(context.app, id)).to.deep.equal([]);
  });

  it("verifies after 40 administrators in two processes read it while others act", async () => {
    const reader = await staff();
    const { id, phone } = await activeUser(context);
    const processes = [context.app, context.anotherProcess()];
    const results = await atOnce<unknown>(40, (index) => {
      const app = processes[index % 2]!;
      if (index % 4 > 0) return list(phone, reader, {}, app);
      return setAccountActive(app, { phone, isActive: index % 8 > 0, actor: COMMAND_LINE });
    });
    expect(results.filter((result) => typeof result === "string")).to.deep.equal([]);
    const acts = await laterActsOf(context.app, id);
    expect(acts.filter(({ action }) => action === "viewed")).to.have.length(30);
    expect((await verified(context.app, id)).problems).to.deep.equal([]);
  });
});

describe("the actions of a history on the wire", () => {
  it("are all that an account can have, under their names", () => {
    const names = AccountActionSchema.values.map(({ localName }) => localName.toLowerCase());
    expect(names).to.have.members(["unspecified", ...Object.keys(ACTIONS)]);
    for (const [action, value] of Object.entries(ACTIONS)) {
      expect(AccountActionSchema.value[value]?.name).to.equal(`ACCOUNT_ACTION_${action.toUpperCase()}`);
    }
  });

  it("are absent if a later version recorded them, and so are its kinds of actors", () => {
    const act: RecordedAct = {
      ...{ number: 1, at: new Date(), action: "constructor", actor: { kind: "robot", id: null } },
      ...{ fields: [], before: null, after: null, reason: null, sessionId: null, sessionCount: null },
      actorAccount: null,
    };
    const message = toAccountChangeMessage(act);
    expect(message).not.to.have.property("action");
    expect(message.actor).to.deep.equal({});
  });
});
