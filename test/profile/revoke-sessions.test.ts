import { expect } from "chai";
import { setAccountActive } from "../../src/accounts/set-account-active.js";
import { COMMAND_LINE } from "../../src/audit/act.js";
import { login } from "../../src/auth/login.js";
import { refreshSession } from "../../src/auth/refresh-session.js";
import { revokeOtherSessions, revokeSession } from "../../src/profile/revoke-sessions.js";
import { laterActsOf, verified } from "../audit/stored-history.js";
import { rejection, rejectionReason } from "../support/rejection.js";
import { activeUser, atOnce, newSession, testPassword, useTestContext } from "../support/test-context.js";

describe("ending one's sessions", () => {
  const context = useTestContext();

  /** An account with open sessions. */
  async function withSessions(count: number) {
    const { id: userId, phone } = await activeUser(context);
    const ids: string[] = [];
    for (let opened = 0; opened < count; opened += 1) ids.push(await newSession(context, phone));
    return { userId, phone, ids };
  }

  const openIds = async (userId: number) =>
    (await context.app.sessions.list(null, userId, null)).map(({ id }) => id);
  const revoke = (userId: number, currentId: string, sessionId: string, app = context.app) =>
    revokeSession(app, { userId, currentId, sessionId });
  const revokeOthers = (userId: number, currentId: string, app = context.app) =>
    revokeOtherSessions(app, { userId, currentId });

  it("ends one session and leaves the others, and is recorded", async () => {
    const { userId, ids } = await withSessions(3);
    const [mine, ended, other] = ids as [string, string, string];
    await revoke(userId, mine, ended);
    expect(await openIds(userId)).to.have.members([mine, other]);
    const acts = await laterActsOf(context.app, userId);
    expect(acts).to.have.length(1);
    const act = { action: "session_ended", sessionId: ended, sessionCount: 1, reason: null };
    expect(acts[0]).to.deep.include({ ...act, actor: { kind: "owner", id: null } });
  });

  it("accepts an id in upper case, and records it so that the history verifies", async () => {
    const { userId, ids } = await withSessions(2);
    const [mine, ended] = ids as [string, string];
    await revoke(userId, mine, ended.toUpperCase());
    expect(await openIds(userId)).to.deep.equal([mine]);
    expect((await verified(context.app, userId)).problems).to.deep.equal([]);
    expect((await laterActsOf(context.app, userId))[0]).to.include({ sessionId: ended });
  });

  it("ends the caller's own session, which can do nothing afterwards", async () => {
    const { userId, ids } = await withSessions(2);
    const [mine, other] = ids as [string, string];
    await revoke(userId, mine, mine);
    expect(await openIds(userId)).to.deep.equal([other]);
    expect(await rejectionReason(revoke(userId, mine, other))).to.equal("UNAUTHENTICATED");
    expect(await rejectionReason(revokeOthers(userId, mine))).to.equal("UNAUTHENTICATED");
    expect(await openIds(userId)).to.deep.equal([other]);
  });

  it("says the same of another account's session, an unknown one, one that ended and one that expired", async () => {
    const { userId, ids } = await withSessions(3);
    const [mine, ended, expired] = ids as [string, string, string];
    const stranger = await withSessions(1);
    await revoke(userId, mine, ended);
    const expire = "UPDATE sessions SET expires_at = now() - interval '1 s' WHERE id = $1";
    const statement = { name: "test_expire", text: expire, isAdHoc: true };
    await context.testDatabase.database.run(null, statement, [expired]);
    const unknown = "5f0c1e9a-7d3b-4b52-9f0e-2c8a6d1b4e77";
    for (const id of [stranger.ids[0]!, unknown, ended, expired]) {
      expect(await rejectionReason(revoke(userId, mine, id)), id).to.equal("SESSION_NOT_FOUND");
    }
    expect(await openIds(stranger.userId)).to.deep.equal(stranger.ids);
    expect(await laterActsOf(context.app, userId)).to.have.length(1);
    expect(await laterActsOf(context.app, stranger.userId)).to.deep.equal([]);
  });

  it("ends all others with one record, and records nothing if there are none", async () => {
    const { userId, ids } = await withSessions(4);
    expect(await revokeOthers(userId, ids[1]!)).to.equal(3);
    expect(await openIds(userId)).to.deep.equal([ids[1]]);
    expect(await revokeOthers(userId, ids[1]!)).to.equal(0);
    const acts = await laterActsOf(context.app, userId);
    expect(acts).to.have.length(1);
    const act = { action: "session_ended", sessionId: null, sessionCount: 3 };
    expect(acts[0]).to.deep.include({ ...act, actor: { kind: "owner", id: null } });
  });

  it("refuses a session of an account that was deactivated since the call was authenticated", async () => {
    const { userId, phone, ids } = await withSessions(2);
    await setAccountActive(context.app, { phone, isActive: false, actor: COMMAND_LINE });
    expect(await rejectionReason(revoke(userId, ids[0]!, ids[1]!))).to.equal("UNAUTHENTICATED");
    expect(await rejectionReason(revokeOthers(userId, ids[0]!))).to.equal("UNAUTHENTICATED");
  });

  it("refuses the refresh tokens of an ended session at once, as over and not as reused", async () => {
    const { id: userId, phone } = await activeUser(context);
    const { tokens } = await login(context.app, { phone, password: testPassword });
    const next = await refreshSession(context.app, { refresh: tokens.refresh });
    const { sessionId } = await context.app.verifyAccessToken(next.access);
    const mine = await newSession(context, phone);
    const elsewhere = context.anotherProcess();
    await elsewhere.verifyAccessToken(next.access);
    await revoke(userId, mine, sessionId);
    expect(await rejectionReason(elsewhere.verifyAccessToken(next.access))).to.equal("UNAUTHENTICATED");
    for (const refresh of [next.refresh, tokens.refresh]) {
      expect(await rejectionReason(refreshSession(elsewhere, { refresh }))).to.equal("REFRESH_REJECTED");
    }
    expect((await laterActsOf(context.app, userId)).map(({ action }) => action)).to.deep.equal([
      "session_ended",
    ]);
  });

  it("ends and records each session once when 100 callers in two processes end them", async () => {
    const { userId, ids } = await withSessions(6);
    const [mine, ...others] = ids as [string, ...string[]];
    const processes = [context.app, context.anotherProcess()];
    const results = await atOnce(100, (index) =>
      revoke(userId, mine, others[index % others.length]!, processes[index % 2]),
    );
    expect(results.filter((result) => result === undefined)).to.have.length(5);
    expect(results.filter((result) => result === "SESSION_NOT_FOUND")).to.have.length(95);
    expect(await openIds(userId)).to.deep.equal([mine]);
    const acts = await laterActsOf(context.app, userId);
    expect(acts.map((act) => act.sessionId)).to.have.members(others);
    expect((await verified(context.app, userId)).problems).to.deep.equal([]);
  });

  it("leaves one of the sessions that end all others at once", async () => {
    const { userId, ids } = await withSessions(10);
    const processes = [context.app, context.anotherProcess()];
    const results = await atOnce(10, (index) => revokeOthers(userId, ids[index]!, processes[index % 2]));
    expect(results.filter((result) => result === 9)).to.have.length(1);
    expect(results.filter((result) => result === "UNAUTHENTICATED")).to.have.length(9);
    expect(await openIds(userId)).to.have.length(1);
  });

  it("counts each ended session once, and deadlocks with no sign-in, in any order", async () => {
    const { userId, phone, ids } = await withSessions(10);
    const processes = [context.app, context.anotherProcess()];
    const results = await atOnce<unknown>(30, (index) => {
      const app = processes[index % 2]!;
      if (index >= 20) return login(app, { phone, password: testPassword });
      if (index >= 10) return revoke(userId, ids[index - 10]!, ids[(index - 9) % 10]!, app);
      return revokeOthers(userId, ids[index]!, app);
    });
    const unexpected = results.filter(
      (result) => typeof result === "string" && !["UNAUTHENTICATED", "SESSION_NOT_FOUND"].includes(result),
    );
    expect(unexpected).to.deep.equal([]);
    const opened = ids.length + 10;
    const acts = await laterActsOf(context.app, userId);
    const ended = acts.reduce((sum, { sessionCount }) => sum + (sessionCount ?? 0), 0);
    expect(ended).to.equal(opened - (await openIds(userId)).length);
  });

  it("is undone when the act can't be recorded", async () => {
    const { userId, ids } = await withSessions(3);
    const app = { ...context.app, record: () => Promise.reject(new Error("not recorded")) };
    const attempts = [() => revoke(userId, ids[0]!, ids[1]!, app), () => revokeOthers(userId, ids[0]!, app)];
    for (const attempt of attempts) {
      expect(await rejection(attempt())).to.include({ message: "not recorded" });
    }
    expect(await openIds(userId)).to.have.members(ids);
  });
});
