import { expect } from "chai";
import { login } from "../../src/auth/login.js";
import { refreshToken } from "../../src/auth/refresh-session.js";
import { confirmPasswordReset, requestPasswordReset } from "../../src/auth/reset-password.js";
import { overloaded } from "../../src/errors.js";
import { requestPasswordChange } from "../../src/profile/change-password.js";
import {
  activeUser,
  atOnce,
  failure,
  newPhone,
  newSession,
  registered,
  signedIn,
  type TestWorld,
  testPassword,
  testWorld,
} from "../support/test-context.js";

const newPassword = "Nouveau-Secret-9";

describe("reset-password", () => {
  let world: TestWorld;
  before(async () => {
    world = await testWorld();
  });
  after(() => world.close());

  /** Asks for a reset and returns what the SMS brought. */
  async function requested(phone: string): Promise<{ token: string; code: string }> {
    requestPasswordReset(world.parts, { phone });
    await world.settle();
    return { token: world.outbox.tokenFor(phone), code: world.outbox.codeFor(phone) };
  }

  const confirm = (proof: { token: string; code: string }, password = newPassword) =>
    confirmPasswordReset(world.parts, { ...proof, newPassword: password, newPasswordConfirm: password });

  const wrongFor = (code: string) => (code === "000000" ? "000001" : "000000");

  it("sets the new password with link and code, and confirms by SMS", async () => {
    const { phone } = await activeUser(world);
    world.clock.advance(60);
    await confirm(await requested(phone));
    await world.settle();
    await login(world.parts, { phone, password: newPassword });
    expect(await failure(login(world.parts, { phone, password: testPassword }))).to.equal(
      "CREDENTIALS_REJECTED",
    );
    expect(world.outbox.to(phone).map((message) => message.kind)).to.deep.equal([
      "activation",
      "verification",
      "confirmation",
    ]);
  });

  it("sends the link of the front end with a UUID as token", async () => {
    const { phone } = await activeUser(world);
    await requested(phone);
    const message = world.outbox.to(phone).at(-1);
    expect(message)
      .to.have.property("link")
      .that.matches(
        /^https:\/\/waterbill\.app\/reset-password\?token=[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
      );
  });

  it("sends nothing to an unknown or inactive phone, and nothing beyond the quota", async () => {
    const unknown = newPhone();
    requestPasswordReset(world.parts, { phone: unknown });
    const inactive = await registered(world);
    requestPasswordReset(world.parts, { phone: inactive });
    const { phone } = await activeUser(world);
    requestPasswordReset(world.parts, { phone });
    await world.settle();
    requestPasswordReset(world.parts, { phone });
    await world.settle();
    expect(world.outbox.to(unknown)).to.have.length(0);
    expect(world.outbox.to(inactive)).to.have.length(1);
    expect(world.outbox.to(phone)).to.have.length(2);
  });

  it("ends every session on every device", async () => {
    const { user, tokens } = await signedIn(world);
    const other = await login(world.parts, { phone: user.phone, password: testPassword });
    await confirm(await requested(user.phone));
    for (const { access, refresh } of [tokens, other.tokens]) {
      expect(await failure(refreshToken(world.parts, { refresh }))).to.equal("REFRESH_REJECTED");
      expect(await failure(world.parts.authenticate(access))).to.equal("UNAUTHENTICATED");
    }
  });

  it("takes the token with white space, line breaks and zero-width characters around it", async () => {
    const { phone } = await activeUser(world);
    const { token, code } = await requested(phone);
    await confirm({
      token: `\ufeff ${token.slice(0, 9)}\u200b\n${token.slice(9).toUpperCase()}\u2060\t\r\n`,
      code,
    });
  });

  it("asks for a token, and refuses one that is no UUID or cut off", async () => {
    const { phone } = await activeUser(world);
    const { token, code } = await requested(phone);
    expect(await failure(confirm({ token: " \u200b", code }))).to.equal("TOKEN_REQUIRED");
    expect(await failure(confirm({ token: "abc", code }))).to.equal("TOKEN_INVALID");
    expect(await failure(confirm({ token: token.slice(0, -1), code }))).to.equal("TOKEN_INVALID");
  });

  it("refuses a token that is unknown, expired or used", async () => {
    const { phone } = await activeUser(world);
    const unknown = "00000000-0000-4000-8000-000000000000";
    expect(await failure(confirm({ token: unknown, code: "123456" }))).to.equal("LINK_REJECTED");
    const expired = await requested(phone);
    world.clock.advance(600);
    expect(await failure(confirm(expired))).to.equal("LINK_REJECTED");
    const used = await requested(phone);
    await confirm(used);
    expect(await failure(confirm(used))).to.equal("LINK_REJECTED");
  });

  it("refuses another operation's token", async () => {
    const { id: userId, phone } = await activeUser(world);
    const sessionId = await newSession(world, phone);
    await requestPasswordChange(world.parts, { userId, sessionId, currentPassword: testPassword });
    const proof = { token: world.outbox.tokenFor(phone), code: world.outbox.codeFor(phone) };
    expect(await failure(confirm(proof))).to.equal("LINK_REJECTED");
  });

  it("refuses one user's code with another's token", async () => {
    const mine = await requested((await activeUser(world)).phone);
    const theirs = await requested((await activeUser(world)).phone);
    if (mine.code === theirs.code) return;
    expect(await failure(confirm({ token: mine.token, code: theirs.code }))).to.equal("CODE_INCORRECT");
  });

  it("voids the earlier token when a new one is asked for", async () => {
    const { phone } = await activeUser(world);
    const first = await requested(phone);
    world.clock.advance(60);
    const second = await requested(phone);
    expect(await failure(confirm(first))).to.equal("LINK_REJECTED");
    await confirm(second);
  });

  it("locks the operation after five wrong codes, and the owner still signs in", async () => {
    const { phone } = await activeUser(world);
    const { token, code } = await requested(phone);
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      expect(await failure(confirm({ token, code: wrongFor(code) }))).to.equal("CODE_INCORRECT");
    }
    expect(await failure(confirm({ token, code }))).to.equal("CODE_LOCKED");
    await login(world.parts, { phone, password: testPassword });
  });

  it("costs no try when the new password is refused", async () => {
    const { phone } = await activeUser(world);
    const proof = await requested(phone);
    for (let attempt = 1; attempt <= 6; attempt += 1) {
      expect(await failure(confirm(proof, "12345678"))).to.equal("PASSWORD_REJECTED");
    }
    await confirm(proof);
  });

  it("voids the user's other codes when it succeeds", async () => {
    const { id: userId, phone } = await activeUser(world);
    const sessionId = await newSession(world, phone);
    await requestPasswordChange(world.parts, { userId, sessionId, currentPassword: testPassword });
    const other = world.outbox.tokenFor(phone);
    await confirm(await requested(phone));
    const [row] = await world.testDatabase.database.run<{ count: string }>(
      null,
      { name: "test_codes", text: "SELECT count(*) FROM codes WHERE user_id = $1" },
      [userId],
    );
    expect(other).not.to.equal(world.outbox.tokenFor(phone));
    expect(row?.count).to.equal("0");
  });

  it("changes the password once, of 100 callers at once with one token", async () => {
    const { phone } = await activeUser(world);
    const proof = await requested(phone);
    const processes = [world.parts, world.anotherProcess()];
    const results = await atOnce(100, (index) =>
      confirmPasswordReset(processes[index % 2]!, { ...proof, newPassword, newPasswordConfirm: newPassword }),
    );
    expect(results.filter((result) => result === undefined)).to.have.length(1);
    const refusals = results.filter((result) => result === "LINK_REJECTED" || result === "CODE_LOCKED");
    expect(refusals).to.have.length(99);
    await login(world.parts, { phone, password: newPassword });
  });

  it("lets one of two different passwords win, and that one signs in", async () => {
    const { phone } = await activeUser(world);
    const proof = await requested(phone);
    const passwords = ["Premier-Secret-1", "Second-Secret-2"];
    const results = await atOnce(2, (index) => confirm(proof, passwords[index]));
    const winner = results.indexOf(undefined as never);
    expect(results.filter((result) => result === undefined)).to.have.length(1);
    await login(world.parts, { phone, password: passwords[winner]! });
    expect(await failure(login(world.parts, { phone, password: passwords[1 - winner]! }))).to.equal(
      "CREDENTIALS_REJECTED",
    );
  });

  it("sends nothing to a number that the account has left since it was looked up", async () => {
    const { id: userId, phone: old } = await activeUser(world);
    const stale = await world.parts.users.findByPhone(null, old);
    const phone = newPhone();
    await world.parts.users.setPhone(null, userId, phone, "phone");
    const users = { ...world.parts.users, findByPhone: async () => stale };
    requestPasswordReset({ ...world.parts, users }, { phone: old });
    await world.settle();
    expect(world.outbox.to(old).map(({ kind }) => kind)).to.deep.equal(["activation"]);
  });

  it("costs no try when the queue of password hashes is full", async () => {
    const { phone } = await activeUser(world);
    const proof = await requested(phone);
    const hasher = { ...world.parts.hasher, hash: () => Promise.reject(overloaded(1)) };
    const input = { ...proof, newPassword, newPasswordConfirm: newPassword };
    for (let attempt = 1; attempt <= 6; attempt += 1) {
      const refused = confirmPasswordReset({ ...world.parts, hasher }, input);
      expect(await failure(refused)).to.equal("OVERLOADED");
    }
    await confirm(proof);
  });

  it("refuses a code that is superseded while it is being checked", async () => {
    const { phone } = await activeUser(world);
    const proof = await requested(phone);
    const codes = {
      ...world.parts.codes,
      async countTry(...call: Parameters<typeof world.parts.codes.countTry>) {
        world.clock.advance(60);
        await requested(phone);
        return world.parts.codes.countTry(...call);
      },
    };
    const input = { ...proof, newPassword, newPasswordConfirm: newPassword };
    const attempt = confirmPasswordReset({ ...world.parts, codes }, input);
    expect(await failure(attempt)).to.equal("CODE_LOCKED");
    await login(world.parts, { phone, password: testPassword });
  });

  it("goes through although the confirmation can't be sent", async () => {
    const { phone } = await activeUser(world);
    const proof = await requested(phone);
    world.outbox.failing = true;
    await confirm(proof);
    await world.settle();
    world.outbox.failing = false;
    await login(world.parts, { phone, password: newPassword });
  });
});
