import { expect } from "chai";
import { login } from "../../src/auth/login.js";
import { logout } from "../../src/auth/logout.js";
import { refreshSession } from "../../src/auth/refresh-session.js";
import type { AppContext } from "../../src/context.js";
import { createSessionTouches } from "../../src/sessions/session-touches.js";
import type { TokenPair } from "../../src/sessions/token-pair.js";
import { addSeconds, systemClock } from "../../src/system/clock.js";
import { rejectionReason } from "../support/rejection.js";
import { atOnce, signedIn, testPassword, tokenId, useTestContext } from "../support/test-context.js";

const HOUR = 3600;
const DAY = 86_400;

describe("the last used refresh token", () => {
  const context = useTestContext();

  const refresh = (token: string, app: AppContext = context.app) => refreshSession(app, { refresh: token });

  async function readProfile(access: string): Promise<void> {
    await context.app.verifyAccessToken(access, "192.0.2.7");
    await context.settle();
  }

  async function expectSignedOut(...pairs: TokenPair[]): Promise<void> {
    for (const pair of pairs) {
      expect(await rejectionReason(refresh(pair.refresh))).to.equal("REFRESH_REJECTED");
      expect(await rejectionReason(context.app.verifyAccessToken(pair.access))).to.equal("UNAUTHENTICATED");
    }
  }

  for (const [name, seconds] of [
    ["11 seconds", 15],
    ["an hour", HOUR],
    ["six days", 6 * DAY],
  ] as const) {
    it(`gets a new successor ${name} after the response was lost, and the lost one is used up`, async () => {
      const { tokens } = await signedIn(context);
      const lost = await refresh(tokens.refresh);
      await context.passTime(seconds);
      const next = await refresh(tokens.refresh);
      expect(next.refresh).not.to.equal(lost.refresh);
      expect(next.refreshExpiresIn).to.equal(7 * DAY);
      await readProfile(next.access);
      const third = await refresh(next.refresh);
      await expectSignedOut(lost, third);
    });
  }

  it("gets new successors as often as responses are lost", async () => {
    const { tokens } = await signedIn(context);
    for (let lost = 0; lost < 6; lost += 1) {
      await refresh(tokens.refresh);
      await context.passTime(DAY);
    }
    const { refresh: token } = await refresh(tokens.refresh);
    await refresh((await refresh(token)).refresh);
  });

  it("is accepted after it expired itself, as long as its session is open", async () => {
    const { tokens } = await signedIn(context);
    await context.passTime(4 * DAY);
    await refresh(tokens.refresh);
    await context.passTime(4 * DAY);
    await refresh((await refresh(tokens.refresh)).refresh);
  });

  it("gets the new successor again within the grace period of that", async () => {
    const { tokens } = await signedIn(context);
    await refresh(tokens.refresh);
    await context.passTime(HOUR);
    const next = await refresh(tokens.refresh);
    await context.passTime(5);
    expect(tokenId(await refresh(tokens.refresh))).to.equal(tokenId(next));
    await context.passTime(15);
    expect(tokenId(await refresh(tokens.refresh))).not.to.equal(tokenId(next));
  });

  it("ends the session after the grace period once an access token of its successor was presented", async () => {
    const { tokens } = await signedIn(context);
    const next = await refresh(tokens.refresh);
    await context.passTime(15);
    await readProfile(next.access);
    await context.passTime(15);
    await expectSignedOut(tokens, next);
  });

  it("gets the same successor within the grace period of that confirmation", async () => {
    const { tokens } = await signedIn(context);
    const next = await refresh(tokens.refresh);
    await context.passTime(600);
    await readProfile(next.access);
    await context.passTime(5);
    expect(tokenId(await refresh(tokens.refresh))).to.equal(tokenId(next));
    await refresh(next.refresh);
  });

  it("is not affected by an access token from before it was used", async () => {
    const { tokens } = await signedIn(context);
    await refresh(tokens.refresh);
    await readProfile(tokens.access);
    await context.passTime(15);
    await refresh(tokens.refresh);
  });

  it("is not affected by an access token of a successor that was replaced", async () => {
    const { tokens } = await signedIn(context);
    const lost = await refresh(tokens.refresh);
    await context.passTime(15);
    await refresh(tokens.refresh);
    await readProfile(lost.access);
    await context.passTime(15);
    await refresh(tokens.refresh);
  });

  it("has one successor at a time: the one before is reused, even while the new one is being confirmed", async () => {
    const { tokens } = await signedIn(context);
    const lost = await refresh(tokens.refresh);
    await context.passTime(15);
    const next = await refresh(tokens.refresh);
    await readProfile(next.access);
    await expectSignedOut(lost, next);
  });

  it("gets the same successor while it is repeated within the grace period, and is not replaced by late copies", async () => {
    const { tokens } = await signedIn(context);
    const next = await refresh(tokens.refresh);
    for (let repetition = 0; repetition < 4; repetition += 1) {
      await context.passTime(5);
      expect(tokenId(await refresh(tokens.refresh))).to.equal(tokenId(next));
    }
    await refresh(next.refresh);
    // A copy of the last repetition, which comes after the successor was used.
    await context.passTime(5);
    expect(tokenId(await refresh(tokens.refresh))).to.equal(tokenId(next));
    await context.passTime(15);
    await expectSignedOut(tokens, next);
  });

  it("is reused later when its successor was confirmed before it was used", async () => {
    const { tokens } = await signedIn(context);
    const next = await refresh(tokens.refresh);
    await readProfile(next.access);
    await context.passTime(600);
    const third = await refresh(next.refresh);
    await expectSignedOut(tokens, third);
  });

  it("is confirmed anew after each rotation", async () => {
    const { tokens } = await signedIn(context);
    const second = await refresh(tokens.refresh);
    await readProfile(second.access);
    await refresh(second.refresh);
    await context.passTime(15);
    const third = await refresh(second.refresh);
    await readProfile(third.access);
    await context.passTime(15);
    await expectSignedOut(second, third);
  });

  it("ends its session even when it expired, and an older token too", async () => {
    const { tokens } = await signedIn(context);
    const second = await refresh(tokens.refresh);
    await context.passTime(4 * DAY);
    const third = await refresh(second.refresh);
    await context.passTime(4 * DAY);
    await expectSignedOut(tokens, third);
  });

  it("counts from when its call was received, however late its statement runs", async () => {
    const { tokens } = await signedIn(context);
    const next = await refresh(tokens.refresh);
    await context.passTime(60);
    // Five seconds after the first use.
    const receivedAt = addSeconds(systemClock.now(), -55);
    const late = { ...context.app, clock: { now: () => receivedAt } };
    expect(tokenId(await refresh(tokens.refresh, late))).to.equal(tokenId(next));
    const third = await refresh(next.refresh);
    expect(tokenId(await refresh(tokens.refresh, late))).to.equal(tokenId(next));
    await refresh(third.refresh);
  });

  it("is accepted for signing out until its successor is confirmed", async () => {
    const { user, tokens } = await signedIn(context);
    await refresh(tokens.refresh);
    await context.passTime(HOUR);
    await logout(context.app, { userId: user.id, refresh: tokens.refresh });
    const other = await signedIn(context);
    const next = await refresh(other.tokens.refresh);
    await readProfile(next.access);
    await context.passTime(15);
    const attempt = logout(context.app, { userId: other.user.id, refresh: other.tokens.refresh });
    expect(await rejectionReason(attempt)).to.equal("REFRESH_REJECTED");
    await expectSignedOut(next);
  });

  it("gets one new successor, whoever of 100 concurrent callers in two processes asks", async () => {
    const { tokens } = await signedIn(context);
    await refresh(tokens.refresh);
    await context.passTime(HOUR);
    const processes = [context.app, context.anotherProcess()];
    const results = await atOnce(100, (index) => refresh(tokens.refresh, processes[index % 2]));
    const successors = new Set(results.map((result) => (result as TokenPair).refresh));
    expect(successors.size).to.equal(1);
    await refresh([...successors][0]!);
  });

  it("ends the session once when 100 callers in two processes reuse it", async () => {
    const { tokens } = await signedIn(context);
    const next = await refresh(tokens.refresh);
    await readProfile(next.access);
    await context.passTime(HOUR);
    const processes = [context.app, context.anotherProcess()];
    const results = await atOnce(100, (index) => refresh(tokens.refresh, processes[index % 2]));
    expect(results.filter((result) => result !== "REFRESH_REJECTED")).to.deep.equal([]);
    await expectSignedOut(next);
  });

  it("loses no race: 50 callers repeat it while 50 others confirm its successor", async () => {
    const { tokens } = await signedIn(context);
    const next = await refresh(tokens.refresh);
    await context.passTime(600);
    const processes = [context.app, context.anotherProcess()];
    const results = await atOnce(100, async (index) => {
      const app = processes[index % 2]!;
      if (index % 4 > 1) return refresh(tokens.refresh, app);
      await app.verifyAccessToken(next.access, "192.0.2.7");
      return null;
    });
    await context.settle();
    expect(results.filter((result) => typeof result === "string")).to.deep.equal([]);
    const successors = new Set(results.filter((each) => each).map((pair) => (pair as TokenPair).refresh));
    expect(successors.size).to.equal(1);
    const [successor = ""] = successors;
    await refresh(successor);
  });

  describe("after a theft", () => {
    /** Both sides use what they hold, after the grace period. */
    async function useInTurn(holdings: { thief: string; owner: string }, first: "thief" | "owner") {
      let isThiefNext = first === "thief";
      for (let turn = 0; turn < 4; turn += 1) {
        const side = isThiefNext ? "thief" : "owner";
        const used = await refresh(holdings[side]).catch(() => null);
        if (!used) return turn;
        holdings[side] = used.refresh;
        isThiefNext = !isThiefNext;
        await context.passTime(15);
      }
      return "never";
    }

    for (const first of ["thief", "owner"] as const) {
      it(`is found out when the ${first} uses the copied token first, without presenting an access token`, async () => {
        const { tokens } = await signedIn(context);
        const turn = await useInTurn({ thief: tokens.refresh, owner: tokens.refresh }, first);
        expect(turn).to.be.oneOf([1, 2]);
        await expectSignedOut(tokens);
      });
    }

    it("is found out at once when the thief's access token was used here", async () => {
      const { tokens } = await signedIn(context);
      const thief = await refresh(tokens.refresh);
      await readProfile(thief.access);
      await context.passTime(15);
      await expectSignedOut(tokens, thief);
    });
  });

  it("costs one statement, its confirmation one UPDATE, and nothing after that, however many calls there are", async () => {
    const { tokens } = await signedIn(context);
    const next = await refresh(tokens.refresh);
    const processes = [context.app, context.anotherProcess()];
    context.statements.length = 0;
    await atOnce(100, (index) => processes[index % 2]!.verifyAccessToken(next.access, "192.0.2.7"));
    for (const process of processes) await process.sessionTouches.settle();
    const updates = context.statements.filter((text) => /^\s*UPDATE/.test(text));
    expect(updates.length).to.be.oneOf([1, 2]);
    expect(context.statements).to.have.length(100 + updates.length);
    context.statements.length = 0;
    for (const process of processes) await process.verifyAccessToken(next.access, "192.0.2.7");
    for (const process of processes) await process.sessionTouches.settle();
    expect(context.statements).to.have.length(2);
  });

  it("is confirmed by a later call when the statement failed", async () => {
    const { tokens } = await signedIn(context);
    const next = await refresh(tokens.refresh);
    const outcomes: string[] = [];
    const touches = createSessionTouches({
      async touch(tx, touch) {
        outcomes.push(outcomes.length === 0 ? "failed" : "done");
        if (outcomes.length === 1) throw new Error("unreachable");
        await context.app.sessions.touch(tx, touch);
      },
    });
    const claims = await context.app.accessTokens.read(next.access);
    if (claims === null || claims === "expired" || claims.kind !== "user")
      throw new Error("the token is valid");
    for (let call = 0; call < 3; call += 1) {
      const session = await context.app.sessions.find(null, claims.sessionId, claims.userId);
      if (session === null || session === "ended") throw new Error("the session is open");
      touches.note(claims.sessionId, session, claims.refreshIdStart, "192.0.2.7");
      await touches.settle();
    }
    expect(outcomes).to.deep.equal(["failed", "done"]);
    await context.passTime(15);
    await expectSignedOut(tokens, next);
  });
});

describe("the version before, on the same database", () => {
  const context = useTestContext();

  it("leaves the tokens that it rotates unconfirmed", async () => {
    const { user, tokens } = await signedIn(context);
    const second = await refreshSession(context.app, { refresh: tokens.refresh });
    await context.app.verifyAccessToken(second.access);
    await context.settle();
    // What version 0.2.0 sets when it rotates.
    const text = `UPDATE sessions SET refresh_id = gen_random_uuid(), used_ids = array_append(used_ids, refresh_id),
                         used_at = array_append(used_at, now()), expires_at = now() + interval '7 days'
                  WHERE user_id = $1`;
    await context.testDatabase.database.run(null, { name: "test_rotate_as_before", text }, [user.id]);
    await context.passTime(15);
    const third = await refreshSession(context.app, { refresh: second.refresh });
    await refreshSession(context.app, { refresh: third.refresh });
  });
});

describe("a session of the longest age", () => {
  const context = useTestContext({ environment: { SESSION_MAX_AGE: String(20 * DAY) } });

  it("gets refresh tokens that end with it, and refuses every token then", async () => {
    const { tokens } = await signedIn(context);
    let last = tokens;
    for (let day = 0; day < 18; day += 6) {
      await context.passTime(6 * DAY);
      last = await refreshSession(context.app, { refresh: last.refresh });
    }
    expect(last.refreshExpiresIn).to.be.within(2 * DAY - 60, 2 * DAY);
    const again = await refreshSession(context.app, { refresh: last.refresh });
    const { expiresAt } = (await context.app.refreshTokens.read(again.refresh))!;
    expect(expiresAt.getTime() - Date.now()).to.be.within((2 * DAY - 60) * 1000, 2 * DAY * 1000);
    await context.passTime(2 * DAY - 300);
    const access = await refreshSession(context.app, { refresh: again.refresh });
    await context.app.verifyAccessToken(access.access);
    await context.passTime(305);
    expect(await rejectionReason(context.app.verifyAccessToken(access.access))).to.equal("UNAUTHENTICATED");
    const refused = refreshSession(context.app, { refresh: access.refresh });
    expect(await rejectionReason(refused)).to.equal("REFRESH_REJECTED");
  });

  it("is not prolonged by a successor that is given again", async () => {
    const { tokens } = await signedIn(context);
    let last = tokens;
    for (let day = 0; day < 18; day += 6) {
      await context.passTime(6 * DAY);
      last = await refreshSession(context.app, { refresh: last.refresh });
    }
    const first = await refreshSession(context.app, { refresh: last.refresh });
    await context.passTime(5);
    const again = await refreshSession(context.app, { refresh: last.refresh });
    expect(tokenId(again)).to.equal(tokenId(first));
  });
});

describe("an account's sessions", () => {
  const context = useTestContext();

  interface Row {
    id: string;
    client: string;
    address: string;
    last_used_at: Date | null;
    created_at: Date;
  }
  const openSessions = (userId: number) =>
    context.testDatabase.database.run<Row>(
      null,
      {
        name: "test_open_sessions",
        text: "SELECT * FROM sessions WHERE user_id = $1 AND revoked_at IS NULL ORDER BY created_at",
      },
      [userId],
    );
  const signIn = async (phone: string) =>
    (await login(context.app, { phone, password: testPassword })).tokens;

  it("are at most 20: those never refreshed end first, then those unused for the longest time", async () => {
    const { user, tokens: first } = await signedIn(context);
    const refreshed: TokenPair[] = [];
    const never: TokenPair[] = [first];
    for (let count = 1; count < 20; count += 1) {
      await context.passTime(10);
      const tokens = await signIn(user.phone);
      if (count > 2) refreshed.push(await refreshSession(context.app, { refresh: tokens.refresh }));
      else never.push(tokens);
    }
    expect(await openSessions(user.id)).to.have.length(20);
    const isOpen = (pair: TokenPair) =>
      context.app.verifyAccessToken(pair.access).then(
        () => true,
        () => false,
      );
    for (const [index] of never.entries()) {
      await context.passTime(5);
      const tokens = await signIn(user.phone);
      await refreshSession(context.app, { refresh: tokens.refresh });
      expect(await Promise.all(never.map(isOpen))).to.deep.equal(never.map((_, each) => each > index));
    }
    await context.passTime(5);
    refreshed[0] = await refreshSession(context.app, { refresh: refreshed[0]!.refresh });
    await signIn(user.phone);
    expect(await Promise.all(refreshed.slice(0, 3).map(isOpen))).to.deep.equal([true, false, true]);
    expect(await openSessions(user.id)).to.have.length(20);
  });

  it("are 20 after 100 parallel logins in two processes", async () => {
    const { user } = await signedIn(context);
    const processes = [context.app, context.anotherProcess()];
    const results = await atOnce(100, (index) =>
      login(processes[index % 2]!, { phone: user.phone, password: testPassword }),
    );
    expect(results.filter((result) => typeof result === "string")).to.deep.equal([]);
    expect(await openSessions(user.id)).to.have.length(20);
  });

  it("remember client and address of the sign-in, and the address of the last refresh", async () => {
    const { user } = await signedIn(context);
    const client = "WaterBill/2.1\u0007  (Android\t14)\u200B";
    const input = { phone: user.phone, password: testPassword, client, address: "192.0.2.1" };
    const { tokens } = await login(context.app, input);
    const latest = async () => (await openSessions(user.id)).at(-1);
    expect(await latest()).to.include({
      client: "WaterBill/2.1 (Android 14)",
      address: "192.0.2.1",
      last_used_at: null,
    });
    await refreshSession(context.app, { refresh: tokens.refresh, address: "2001:db8::1" });
    const used = await latest();
    expect(used).to.include({ client: "WaterBill/2.1 (Android 14)", address: "2001:db8::1" });
    expect(used?.last_used_at).to.be.greaterThan(used!.created_at);
  });

  it("record a use with an access token once an hour", async () => {
    const { user, tokens } = await signedIn(context);
    const app = { ...context.app };
    const call = async (address: string) => {
      await app.verifyAccessToken(tokens.access, address);
      await context.settle();
      return (await openSessions(user.id))[0];
    };
    expect(await call("192.0.2.1")).to.include({ address: "", last_used_at: null });
    // Only the sessions get older; the access token stays valid.
    await context.passTime(HOUR + 5);
    context.clock.advance(-HOUR);
    const first = await call("192.0.2.2");
    expect(first).to.include({ address: "192.0.2.2" });
    expect(first?.last_used_at).to.be.instanceOf(Date);
    expect(await call("192.0.2.3")).to.deep.equal(first);
    context.statements.length = 0;
    await Promise.all([1, 2, 3].map(() => app.verifyAccessToken(tokens.access, "192.0.2.4")));
    await context.settle();
    expect(context.statements).to.have.length(3);
  });
});
