import { expect } from "chai";
import { login } from "../../src/auth/login.js";
import { logout } from "../../src/auth/logout.js";
import { refreshToken } from "../../src/auth/refresh-session.js";
import type { TokenPair } from "../../src/sessions/token-pair.js";
import {
  atOnce,
  failure,
  signedIn,
  type TestWorld,
  testPassword,
  testWorld,
} from "../support/test-context.js";

describe("refresh-token", () => {
  let world: TestWorld;
  before(async () => {
    world = await testWorld();
  });
  after(() => world.close());

  const refresh = (token: string) => refreshToken(world.parts, { refresh: token });

  it("gives a successor and an access token in one statement", async () => {
    const { user, tokens } = await signedIn(world);
    world.statements.length = 0;
    const next = await refresh(tokens.refresh);
    expect(world.statements).to.have.length(1);
    expect(next.refresh).not.to.equal(tokens.refresh);
    expect(next).to.include({ accessExpiresIn: 900, refreshExpiresIn: 604_800 });
    expect((await world.parts.authenticate(next.access)).user.id).to.equal(user.id);
  });

  it("keeps a session alive for as long as it is used within seven days", async () => {
    let { refresh: token } = (await signedIn(world)).tokens;
    for (let day = 0; day < 30; day += 6) {
      world.clock.advance(6 * 86_400);
      token = (await refresh(token)).refresh;
    }
    world.clock.advance(7 * 86_400 + 1);
    expect(await failure(refresh(token))).to.equal("REFRESH_REJECTED");
  });

  it("gives a used token the same successor again within the grace", async () => {
    const { tokens } = await signedIn(world);
    const first = await refresh(tokens.refresh);
    world.clock.advance(9);
    const again = await refresh(tokens.refresh);
    expect(again.refresh).to.equal(first.refresh);
    expect(again.refreshExpiresIn).to.equal(604_791);
    await refresh(first.refresh);
  });

  it("ends the session when a used token comes again after the grace", async () => {
    const { tokens } = await signedIn(world);
    const next = await refresh(tokens.refresh);
    world.clock.advance(10);
    expect(await failure(refresh(tokens.refresh))).to.equal("REFRESH_REJECTED");
    expect(await failure(refresh(next.refresh))).to.equal("REFRESH_REJECTED");
    expect(await failure(world.parts.authenticate(next.access))).to.equal("UNAUTHENTICATED");
  });

  it("gives each of several tokens its own successor again within the grace", async () => {
    const { tokens } = await signedIn(world);
    const second = await refresh(tokens.refresh);
    world.clock.advance(2);
    const third = await refresh(second.refresh);
    world.clock.advance(2);
    expect((await refresh(tokens.refresh)).refresh).to.equal(second.refresh);
    expect((await refresh(second.refresh)).refresh).to.equal(third.refresh);
    world.clock.advance(6);
    expect((await refresh(second.refresh)).refresh).to.equal(third.refresh);
    expect(await failure(refresh(tokens.refresh))).to.equal("REFRESH_REJECTED");
    expect(await failure(refresh(third.refresh))).to.equal("REFRESH_REJECTED");
  });

  it("ends the session when a token comes again that was used five times ago", async () => {
    const { tokens } = await signedIn(world);
    let last = tokens;
    for (let use = 0; use < 5; use += 1) last = await refresh(last.refresh);
    expect(await failure(refresh(tokens.refresh))).to.equal("REFRESH_REJECTED");
    expect(await failure(refresh(last.refresh))).to.equal("REFRESH_REJECTED");
  });

  it("leaves other sessions of the user alone when one is ended", async () => {
    const { user, tokens } = await signedIn(world);
    const other = await login(world.parts, { phone: user.phone, password: testPassword });
    await logout(world.parts, { userId: user.id, refresh: tokens.refresh });
    expect(await failure(refresh(tokens.refresh))).to.equal("REFRESH_REJECTED");
    await refresh(other.tokens.refresh);
  });

  it("refuses an access token, and anything that is no token", async () => {
    const { tokens } = await signedIn(world);
    for (const token of [tokens.access, "", "a.b.c", `${tokens.refresh} `, `${tokens.refresh}=`]) {
      expect(await failure(refresh(token)), token.slice(-5)).to.equal("REFRESH_REJECTED");
    }
    await refresh(tokens.refresh);
  });

  it("refuses a deactivated account", async () => {
    const { user, tokens } = await signedIn(world);
    await world.testDatabase.database.run(
      null,
      { name: "test_deactivate", text: "UPDATE users SET is_active = false WHERE id = $1" },
      [user.id],
    );
    expect(await failure(refresh(tokens.refresh))).to.equal("REFRESH_REJECTED");
    expect(await failure(world.parts.authenticate(tokens.access))).to.equal("UNAUTHENTICATED");
  });

  it("gives one successor to 100 callers at once in two processes", async () => {
    const { tokens } = await signedIn(world);
    const processes = [world.parts, world.anotherProcess()];
    const results = await atOnce(100, (index) =>
      refreshToken(processes[index % 2]!, { refresh: tokens.refresh }),
    );
    expect(new Set(results.map((result) => (result as TokenPair).refresh)).size).to.equal(1);
    await refresh((results[0] as TokenPair).refresh);
  });

  it("lets one of 100 callers at once through when there is no grace", async () => {
    const { tokens } = await signedIn(world);
    const parts = { ...world.parts, reuseGraceSeconds: 0 };
    const results = await atOnce(100, () => refreshToken(parts, { refresh: tokens.refresh }));
    expect(results.filter((result) => typeof result === "object")).to.have.length(1);
    expect(results.filter((result) => result === "REFRESH_REJECTED")).to.have.length(99);
  });
});

describe("logout", () => {
  let world: TestWorld;
  before(async () => {
    world = await testWorld();
  });
  after(() => world.close());

  it("ends the session with every token that belongs to it", async () => {
    const { user, tokens } = await signedIn(world);
    const next = await refreshToken(world.parts, { refresh: tokens.refresh });
    await logout(world.parts, { userId: user.id, refresh: next.refresh });
    expect(await failure(refreshToken(world.parts, { refresh: next.refresh }))).to.equal("REFRESH_REJECTED");
    expect(await failure(world.parts.authenticate(tokens.access))).to.equal("UNAUTHENTICATED");
    expect(await failure(world.parts.authenticate(next.access))).to.equal("UNAUTHENTICATED");
  });

  it("refuses another user's token, and leaves their session open", async () => {
    const { user } = await signedIn(world);
    const { tokens } = await signedIn(world);
    expect(await failure(logout(world.parts, { userId: user.id, refresh: tokens.refresh }))).to.equal(
      "REFRESH_REJECTED",
    );
    await refreshToken(world.parts, { refresh: tokens.refresh });
  });

  it("refuses a blacklisted token, and ends its session", async () => {
    const { user, tokens } = await signedIn(world);
    const next = await refreshToken(world.parts, { refresh: tokens.refresh });
    world.clock.advance(11);
    expect(await failure(logout(world.parts, { userId: user.id, refresh: tokens.refresh }))).to.equal(
      "REFRESH_REJECTED",
    );
    expect(await failure(refreshToken(world.parts, { refresh: next.refresh }))).to.equal("REFRESH_REJECTED");
  });

  it("takes the token before the last within the grace", async () => {
    const { user, tokens } = await signedIn(world);
    await refreshToken(world.parts, { refresh: tokens.refresh });
    await logout(world.parts, { userId: user.id, refresh: tokens.refresh });
  });

  it("ends a session once, of 20 callers at once", async () => {
    const { user, tokens } = await signedIn(world);
    const results = await atOnce(20, () => logout(world.parts, { userId: user.id, refresh: tokens.refresh }));
    expect(results.filter((result) => result === undefined)).to.have.length(1);
    expect(results.filter((result) => result === "REFRESH_REJECTED")).to.have.length(19);
  });
});
