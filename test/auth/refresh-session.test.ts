import { expect } from "chai";
import { login } from "../../src/auth/login.js";
import { logout } from "../../src/auth/logout.js";
import { refreshSession } from "../../src/auth/refresh-session.js";
import type { TokenPair } from "../../src/sessions/token-pair.js";
import { rejectionMessage, rejectionReason } from "../support/rejection.js";
import { atOnce, signedIn, testPassword, tokenId, useTestContext } from "../support/test-context.js";

const DAY = 86_400;

describe("refreshSession", () => {
  const context = useTestContext();

  const refresh = (token: string) => refreshSession(context.app, { refresh: token });

  it("returns a successor and an access token in one statement", async () => {
    const { user, tokens } = await signedIn(context);
    context.statements.length = 0;
    const next = await refresh(tokens.refresh);
    expect(context.statements).to.have.length(1);
    expect(next.refresh).not.to.equal(tokens.refresh);
    expect(next).to.include({ accessExpiresIn: 900, refreshExpiresIn: 604_800 });
    expect((await context.app.verifyAccessToken(next.access)).user.id).to.equal(user.id);
  });

  it("keeps a session alive while it is used at least every seven days", async () => {
    let { refresh: token } = (await signedIn(context)).tokens;
    for (let day = 0; day < 30; day += 6) {
      await context.passTime(6 * DAY);
      token = (await refresh(token)).refresh;
    }
    await context.passTime(7 * DAY + 5);
    expect(await rejectionReason(refresh(token))).to.equal("REFRESH_REJECTED");
  });

  it("returns the same successor for a used token within the grace period", async () => {
    const { tokens } = await signedIn(context);
    const first = await refresh(tokens.refresh);
    await context.passTime(5);
    const again = await refresh(tokens.refresh);
    expect(tokenId(again)).to.equal(tokenId(first));
    expect(again.refreshExpiresIn).to.be.within(604_790, 604_795);
    await refresh(first.refresh);
  });

  it("returns each token's own successor again within the grace period", async () => {
    const { tokens } = await signedIn(context);
    const second = await refresh(tokens.refresh);
    await context.passTime(2);
    const third = await refresh(second.refresh);
    expect(tokenId(await refresh(tokens.refresh))).to.equal(tokenId(second));
    expect((await refresh(second.refresh)).refresh).to.equal(third.refresh);
    await context.passTime(15);
    expect(await rejectionReason(refresh(tokens.refresh))).to.equal("REFRESH_REJECTED");
    expect(await rejectionReason(refresh(third.refresh))).to.equal("REFRESH_REJECTED");
  });

  it("remembers the last eight used tokens, and ends the session when the one before them is reused", async () => {
    const { tokens } = await signedIn(context);
    const all = [tokens];
    for (let use = 0; use < 8; use += 1) all.push(await refresh(all.at(-1)!.refresh));
    expect((await refresh(tokens.refresh)).refresh).to.equal(all[1]?.refresh);
    all.push(await refresh(all.at(-1)!.refresh));
    expect((await refresh(all[1]!.refresh)).refresh).to.equal(all[2]?.refresh);
    expect(await rejectionReason(refresh(tokens.refresh))).to.equal("REFRESH_REJECTED");
    expect(await rejectionReason(refresh(all.at(-1)!.refresh))).to.equal("REFRESH_REJECTED");
  });

  it("leaves the user's other sessions open when one ends", async () => {
    const { user, tokens } = await signedIn(context);
    const other = await login(context.app, { phone: user.phone, password: testPassword });
    await logout(context.app, { userId: user.id, refresh: tokens.refresh });
    expect(await rejectionReason(refresh(tokens.refresh))).to.equal("REFRESH_REJECTED");
    await refresh(other.tokens.refresh);
  });

  it("refuses an access token and anything that is not a token", async () => {
    const { tokens } = await signedIn(context);
    for (const token of [tokens.access, "", "a.b.c", `${tokens.refresh} `, `${tokens.refresh}=`]) {
      expect(await rejectionReason(refresh(token)), token.slice(-5)).to.equal("REFRESH_REJECTED");
    }
    await refresh(tokens.refresh);
  });

  it("refuses a deactivated account", async () => {
    const { user, tokens } = await signedIn(context);
    await context.testDatabase.database.run(
      null,
      { name: "test_deactivate", text: "UPDATE users SET is_active = false WHERE id = $1" },
      [user.id],
    );
    expect(await rejectionReason(refresh(tokens.refresh))).to.equal("REFRESH_REJECTED");
    expect(await rejectionReason(context.app.verifyAccessToken(tokens.access))).to.equal("UNAUTHENTICATED");
  });

  it("returns one successor to 100 concurrent callers in two processes", async () => {
    const { tokens } = await signedIn(context);
    const processes = [context.app, context.anotherProcess()];
    const results = await atOnce(100, (index) =>
      refreshSession(processes[index % 2]!, { refresh: tokens.refresh }),
    );
    expect(new Set(results.map((result) => (result as TokenPair).refresh)).size).to.equal(1);
    await refresh((results[0] as TokenPair).refresh);
  });
});

describe("the message of a refused refresh", () => {
  const context = useTestContext();

  it("calls a token of an expired session invalid or expired, and others blacklisted", async () => {
    const { user, tokens } = await signedIn(context);
    const expired = await signedIn(context);
    await logout(context.app, { userId: user.id, refresh: tokens.refresh });
    expect(await rejectionMessage(refreshSession(context.app, { refresh: tokens.refresh }))).to.equal(
      "Refresh token déjà blacklisté.",
    );
    await context.passTime(7 * DAY + 5);
    const message = await rejectionMessage(refreshSession(context.app, { refresh: expired.tokens.refresh }));
    expect(message).to.equal("Refresh token invalide ou expiré.");
  });
});

describe("refreshSession without a grace period", () => {
  const context = useTestContext({ environment: { REFRESH_REUSE_GRACE: "0" } });

  it("leaves one valid successor to 100 concurrent callers in two processes, and signs nobody out", async () => {
    await context.passTime(0);
    const { tokens } = await signedIn(context);
    const processes = [context.app, context.anotherProcess()];
    // Each call is received after the one before it was answered in another process, or at the same time.
    const results = await atOnce(100, (index) =>
      refreshSession(processes[index % 2]!, { refresh: tokens.refresh }),
    );
    const successors = new Set(results.map((result) => (result as TokenPair).refresh));
    await context.passTime(1);
    const latest = await refreshSession(context.app, { refresh: tokens.refresh });
    expect(successors).not.to.include(latest.refresh);
    await refreshSession(context.app, { refresh: latest.refresh });
    for (const successor of successors) {
      const reused = refreshSession(context.app, { refresh: successor });
      expect(await rejectionReason(reused)).to.equal("REFRESH_REJECTED");
    }
  });
});

describe("logout", () => {
  const context = useTestContext();

  it("ends the session and every token that belongs to it", async () => {
    const { user, tokens } = await signedIn(context);
    const next = await refreshSession(context.app, { refresh: tokens.refresh });
    await logout(context.app, { userId: user.id, refresh: next.refresh });
    expect(await rejectionReason(refreshSession(context.app, { refresh: next.refresh }))).to.equal(
      "REFRESH_REJECTED",
    );
    expect(await rejectionReason(context.app.verifyAccessToken(tokens.access))).to.equal("UNAUTHENTICATED");
    expect(await rejectionReason(context.app.verifyAccessToken(next.access))).to.equal("UNAUTHENTICATED");
  });

  it("refuses another user's token and leaves that session open", async () => {
    const { user } = await signedIn(context);
    const { tokens } = await signedIn(context);
    expect(await rejectionReason(logout(context.app, { userId: user.id, refresh: tokens.refresh }))).to.equal(
      "REFRESH_REJECTED",
    );
    await refreshSession(context.app, { refresh: tokens.refresh });
  });

  it("refuses a blacklisted token and ends its session", async () => {
    const { user, tokens } = await signedIn(context);
    const next = await refreshSession(context.app, { refresh: tokens.refresh });
    await refreshSession(context.app, { refresh: next.refresh });
    await context.passTime(15);
    expect(await rejectionReason(logout(context.app, { userId: user.id, refresh: tokens.refresh }))).to.equal(
      "REFRESH_REJECTED",
    );
    expect(await rejectionReason(refreshSession(context.app, { refresh: next.refresh }))).to.equal(
      "REFRESH_REJECTED",
    );
  });

  it("accepts the previous token within the grace period", async () => {
    const { user, tokens } = await signedIn(context);
    await refreshSession(context.app, { refresh: tokens.refresh });
    await logout(context.app, { userId: user.id, refresh: tokens.refresh });
  });

  it("ends a session once when 20 callers ask at once", async () => {
    const { user, tokens } = await signedIn(context);
    const results = await atOnce(20, () => logout(context.app, { userId: user.id, refresh: tokens.refresh }));
    expect(results.filter((result) => result === undefined)).to.have.length(1);
    expect(results.filter((result) => result === "REFRESH_REJECTED")).to.have.length(19);
  });
});
