import { randomUUID } from "node:crypto";
import { expect } from "chai";
import {
  listAccountSessions,
  readAccountSessions,
  revokeAccountSessions,
} from "../../src/accounts/account-sessions.js";
import { setRights } from "../../src/accounts/set-rights.js";
import { type Actor, COMMAND_LINE } from "../../src/audit/act.js";
import { login } from "../../src/auth/login.js";
import type { User } from "../../src/users/user.js";
import { laterActsOf, verified } from "../audit/stored-history.js";
import { administrator } from "../support/administrator.js";
import { rejection, rejectionReason } from "../support/rejection.js";
import {
  activeUser,
  atOnce,
  newPhone,
  newSession,
  registered,
  signedIn,
  testPassword,
  useTestContext,
} from "../support/test-context.js";

describe("an account's sessions", () => {
  const context = useTestContext();
  const reason = "Téléphone volé";

  const list = (phone: string, reader: { user: User; sessionId: string }) =>
    listAccountSessions(context.app, { phone, reader });
  const listed = async (phone: string) =>
    (await readAccountSessions(context.app, null, { phone, reader: null })).sessions;
  const revoke = (phone: string, actor: Actor = COMMAND_LINE, app = context.app) =>
    revokeAccountSessions(app, { phone, sessionId: null, reason, actor });
  const revokeOne = (phone: string, sessionId: string, actor: Actor = COMMAND_LINE, app = context.app) =>
    revokeAccountSessions(app, { phone, sessionId, reason, actor });

  /** An administrator who has signed in. */
  async function reader() {
    const { user, tokens } = await administrator(context);
    const { sessionId } = await context.app.verifyAccessToken(tokens.access);
    return { user, sessionId, actor: { kind: "administrator", id: user.id } as const };
  }

  async function superuser(): Promise<User> {
    const { user } = await signedIn(context);
    const rights = () => ({ isStaff: false, isSuperuser: true });
    return setRights(context.app, { phone: user.phone, actor: COMMAND_LINE, rights });
  }

  it("are listed and ended for an administrator, with the reason in the history", async () => {
    const { id, phone } = await activeUser(context);
    const ids = [await newSession(context, phone), await newSession(context, phone)];
    const staff = await reader();
    const sessions = await list(` ${phone.slice(1)} `, staff);
    expect(sessions.map((session) => session.id)).to.have.members(ids);
    expect(sessions.map(({ isCurrent }) => isCurrent)).to.deep.equal([false, false]);
    expect(await revoke(` ${phone.slice(1)} `, staff.actor)).to.equal(2);
    expect(await list(phone, staff)).to.deep.equal([]);
    expect(await revoke(phone, staff.actor)).to.equal(0);
    const acts = await laterActsOf(context.app, id);
    expect(acts.map(({ action }) => action)).to.deep.equal(["viewed", "session_ended", "viewed"]);
    const act = { action: "session_ended", sessionId: null, sessionCount: 2, reason };
    expect(acts[1]).to.deep.include({ ...act, actor: staff.actor });
    expect((await verified(context.app, id)).problems).to.deep.equal([]);
    await login(context.app, { phone, password: testPassword });
  });

  it("include the administrator's own session in their own account", async () => {
    const staff = await reader();
    const other = await newSession(context, staff.user.phone);
    const sessions = await list(staff.user.phone, staff);
    expect(sessions.map(({ id, isCurrent }) => [id, isCurrent])).to.deep.equal([
      [staff.sessionId, true],
      [other, false],
    ]);
    expect(await revoke(staff.user.phone, staff.actor)).to.equal(2);
  });

  it("of a superuser are for superusers and the command line alone", async () => {
    const staff = await reader();
    const { phone } = await superuser();
    expect(await rejectionReason(list(phone, staff))).to.equal("SUPERUSER_REQUIRED");
    expect(await rejectionReason(revoke(phone, staff.actor))).to.equal("SUPERUSER_REQUIRED");
    const [one] = await listed(phone);
    const other = await superuser();
    expect(await list(phone, { user: other, sessionId: staff.sessionId })).to.deep.equal([one]);
    expect(await revoke(phone, { kind: "administrator", id: other.id })).to.equal(1);
    expect(await revoke(other.phone)).to.equal(1);
  });

  it("need a number that has an account", async () => {
    for (const phone of [newPhone(), await registered(context)]) {
      expect(await rejectionReason(listed(phone))).to.equal("ACCOUNT_NOT_FOUND");
      expect(await rejectionReason(revoke(phone))).to.equal("ACCOUNT_NOT_FOUND");
    }
    expect(await rejectionReason(listed("12"))).to.equal("PHONE_LENGTH");
    expect(await rejectionReason(revoke(""))).to.equal("PHONE_REQUIRED");
  });

  it("stay open when the act can't be recorded", async () => {
    const { phone } = await activeUser(context);
    const id = await newSession(context, phone);
    const app = { ...context.app, record: () => Promise.reject(new Error("not recorded")) };
    expect(await rejection(revoke(phone, COMMAND_LINE, app))).to.include({ message: "not recorded" });
    expect((await listed(phone)).map((session) => session.id)).to.deep.equal([id]);
  });

  it("are ended and recorded once when 100 callers in two processes end them", async () => {
    const { id, phone } = await activeUser(context);
    for (let opened = 0; opened < 5; opened += 1) await newSession(context, phone);
    const processes = [context.app, context.anotherProcess()];
    const counts = await atOnce(100, (index) => revoke(phone, COMMAND_LINE, processes[index % 2]));
    expect(counts.filter((count) => count !== 0)).to.deep.equal([5]);
    expect((await laterActsOf(context.app, id)).map(({ sessionCount }) => sessionCount)).to.deep.equal([5]);
  });

  it("are ended one by one, in any spelling of the id, with the id and the reason in the history", async () => {
    const { id, phone } = await activeUser(context);
    const [lost, kept] = [await newSession(context, phone), await newSession(context, phone)];
    const staff = await reader();
    expect(await revokeOne(phone, lost.toUpperCase(), staff.actor)).to.equal(1);
    expect((await listed(phone)).map((session) => session.id)).to.deep.equal([kept]);
    const acts = await laterActsOf(context.app, id);
    expect(acts).to.have.length(1);
    const act = { action: "session_ended", sessionId: lost, sessionCount: 1, reason };
    expect(acts[0]).to.deep.include({ ...act, actor: staff.actor });
    expect((await verified(context.app, id)).problems).to.deep.equal([]);
  });

  it("are not ended, and nothing is recorded, when no open session of the account has the id", async () => {
    const [account, stranger] = [await activeUser(context), await activeUser(context)];
    const over = await newSession(context, account.phone);
    const kept = await newSession(context, account.phone);
    const foreign = await newSession(context, stranger.phone);
    expect(await revokeOne(account.phone, over)).to.equal(1);
    for (const id of [over, foreign, randomUUID()]) expect(await revokeOne(account.phone, id)).to.equal(0);
    expect((await listed(account.phone)).map((session) => session.id)).to.deep.equal([kept]);
    expect((await listed(stranger.phone)).map((session) => session.id)).to.deep.equal([foreign]);
    expect(await laterActsOf(context.app, account.id)).to.have.length(1);
    expect(await laterActsOf(context.app, stranger.id)).to.deep.equal([]);
  });

  it("are ended one by one only by those who have the rights in that moment, and are recorded", async () => {
    const staff = await reader();
    const { phone } = await superuser();
    const id = (await listed(phone))[0]!.id;
    expect(await rejectionReason(revokeOne(phone, id, staff.actor))).to.equal("SUPERUSER_REQUIRED");
    const former = await reader();
    const rights = () => ({ isStaff: false, isSuperuser: false });
    await setRights(context.app, { phone: former.user.phone, actor: COMMAND_LINE, rights });
    const customer = await activeUser(context);
    const session = await newSession(context, customer.phone);
    const refused = revokeOne(customer.phone, session, former.actor);
    expect(await rejectionReason(refused)).to.equal("ADMIN_REQUIRED");
    const app = { ...context.app, record: () => Promise.reject(new Error("not recorded")) };
    const unrecorded = revokeOne(customer.phone, session, staff.actor, app);
    expect(await rejection(unrecorded)).to.include({ message: "not recorded" });
    for (const [owner, kept] of [
      [phone, id],
      [customer.phone, session],
    ] as const) {
      expect((await listed(owner)).map((one) => one.id)).to.deep.equal([kept]);
    }
  });

  it("are each ended and recorded once when 100 callers in two processes end one by one", async () => {
    const { id, phone } = await activeUser(context);
    const ids: string[] = [];
    for (let opened = 0; opened < 5; opened += 1) ids.push(await newSession(context, phone));
    const processes = [context.app, context.anotherProcess()];
    const counts = await atOnce(100, (index) =>
      revokeOne(phone, ids[index % 5]!, COMMAND_LINE, processes[index % 2]),
    );
    expect(counts.filter((count) => count === 1)).to.have.length(5);
    expect(counts.filter((count) => count === 0)).to.have.length(95);
    expect((await laterActsOf(context.app, id)).map(({ sessionId }) => sessionId)).to.have.members(ids);
  });
});
