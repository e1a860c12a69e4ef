import { expect } from "chai";
import { login } from "../../src/auth/login.js";
import { refreshSession } from "../../src/auth/refresh-session.js";
import { activeUser, atOnce, newSession, testPassword, useTestContext } from "../support/test-context.js";

describe("the list of an account's open sessions", () => {
  const context = useTestContext();

  /** Signs in from a client, and returns the session with its refresh token. */
  async function signIn(phone: string, client: string, address: string) {
    const input = { phone, password: testPassword, client, address };
    const { tokens } = await login(context.app, input);
    const { sessionId } = await context.app.verifyAccessToken(tokens.access);
    return { sessionId, refresh: tokens.refresh };
  }

  const list = (userId: number, currentId: string | null = null) =>
    context.app.sessions.list(null, userId, currentId);
  const idsOf = async (userId: number, currentId: string | null = null) =>
    (await list(userId, currentId)).map(({ id }) => id);

  it("has the client and address of each, its sign-in and its last use", async () => {
    const { id, phone } = await activeUser(context);
    const { sessionId, refresh } = await signIn(phone, "WaterBill/2.1 (Android 15)", "192.0.2.1");
    const [opened] = await list(id);
    expect(opened).to.include({ id: sessionId, client: "WaterBill/2.1 (Android 15)", address: "192.0.2.1" });
    expect(opened!.lastUsedAt).to.deep.equal(opened!.createdAt);
    await context.passTime(60);
    await refreshSession(context.app, { refresh, address: "198.51.100.2" });
    const [used] = await list(id);
    expect(used).to.include({ id: sessionId, address: "198.51.100.2" });
    expect(used!.lastUsedAt.getTime() - used!.createdAt.getTime()).to.be.within(60_000, 75_000);
  });

  it("begins with the current one, then has the ones used last", async () => {
    const { id, phone } = await activeUser(context);
    const sessions = [];
    for (const client of ["a", "b", "c"]) {
      sessions.push(await signIn(phone, client, "192.0.2.1"));
      await context.passTime(60);
    }
    const [a, b, c] = sessions.map(({ sessionId }) => sessionId);
    expect(await idsOf(id)).to.deep.equal([c, b, a]);
    await refreshSession(context.app, { refresh: sessions[0]!.refresh, address: "192.0.2.1" });
    expect(await idsOf(id)).to.deep.equal([a, c, b]);
    expect(await idsOf(id, b)).to.deep.equal([b, a, c]);
    const isCurrent = (await list(id, b)).map((session) => session.isCurrent);
    expect(isCurrent).to.deep.equal([true, false, false]);
  });

  it("leaves out sessions that ended, that expired, that are too old, and those of others", async () => {
    const { id, phone } = await activeUser(context);
    const other = await activeUser(context);
    await newSession(context, other.phone);
    const run = (change: string, sessionId: string) =>
      context.testDatabase.database.run(
        null,
        { name: "test_sessions", text: `UPDATE sessions SET ${change} WHERE id = $1`, isAdHoc: true },
        [sessionId],
      );
    await context.app.sessions.endOne(null, id, await newSession(context, phone));
    await run("expires_at = now() - interval '1 s'", await newSession(context, phone));
    await run("created_at = now() - interval '181 days'", await newSession(context, phone));
    const open = await newSession(context, phone);
    expect(await idsOf(id)).to.deep.equal([open]);
  });

  it("has 20 at most, however many sign in at once", async () => {
    const { id, phone } = await activeUser(context);
    await atOnce(25, () => newSession(context, phone));
    expect(await idsOf(id)).to.have.length(20);
  });
});
