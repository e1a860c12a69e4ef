import { expect } from "chai";
import { login } from "../../src/auth/login.js";
import { refreshSession } from "../../src/auth/refresh-session.js";
import { confirmPasswordReset, requestPasswordReset } from "../../src/auth/reset-password.js";
import { overloaded } from "../../src/errors.js";
import { requestPasswordChange } from "../../src/profile/change-password.js";
import { rejectionReason } from "../support/rejection.js";
import {
  activeUser,
  atOnce,
  caller,
  newPhone,
  newSession,
  registered,
  signedIn,
  testPassword,
  useTestContext,
} from "../support/test-context.js";

const newPassword = "Nouveau-Secret-9";

describe("password reset", () => {
  const context = useTestContext();

  /** Requests a reset and returns the token and code of its SMS. */
  async function requested(phone: string): Promise<{ token: string; code: string }> {
    requestPasswordReset(context.app, { ...caller, phone });
    await context.settle();
    return { token: context.outbox.tokenFor(phone), code: context.outbox.codeFor(phone) };
  }

  const confirm = (proof: { token: string; code: string }, password = newPassword) =>
    confirmPasswordReset(context.app, { ...proof, newPassword: password, newPasswordConfirm: password });

  const wrongFor = (code: string) => (code === "000000" ? "000001" : "000000");

  it("sets the new password with link and code, and confirms by SMS", async () => {
    const { phone } = await activeUser(context);
    context.clock.advance(60);
    await confirm(await requested(phone));
    await context.settle();
    await login(context.app, { phone, password: newPassword });
    expect(await rejectionReason(login(context.app, { phone, password: testPassword }))).to.equal(
      "CREDENTIALS_REJECTED",
    );
    expect(context.outbox.to(phone).map((message) => message.kind)).to.deep.equal([
      "activation",
      "verification",
      "confirmation",
    ]);
  });

  it("sends a link to the front end with a UUID as token", async () => {
    const { phone } = await activeUser(context);
    await requested(phone);
    const message = context.outbox.to(phone).at(-1);
    expect(message)
      .to.have.property("link")
      .that.matches(
        /^https:\/\/waterbill\.app\/reset-password\?token=[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
      );
  });

  it("sends nothing to an unknown or inactive phone, or beyond the quota", async () => {
    const unknown = newPhone();
    requestPasswordReset(context.app, { ...caller, phone: unknown });
    const inactive = await registered(context);
    requestPasswordReset(context.app, { ...caller, phone: inactive });
    const { phone } = await activeUser(context);
    requestPasswordReset(context.app, { ...caller, phone });
    await context.settle();
    requestPasswordReset(context.app, { ...caller, phone });
    await context.settle();
    expect(context.outbox.to(unknown)).to.have.length(0);
    expect(context.outbox.to(inactive)).to.have.length(1);
    expect(context.outbox.to(phone)).to.have.length(2);
  });

  it("ends every session on every device", async () => {
    const { user, tokens } = await signedIn(context);
    const other = await login(context.app, { phone: user.phone, password: testPassword });
    await confirm(await requested(user.phone));
    for (const { access, refresh } of [tokens, other.tokens]) {
      expect(await rejectionReason(refreshSession(context.app, { refresh }))).to.equal("REFRESH_REJECTED");
      expect(await rejectionReason(context.app.verifyAccessToken(access))).to.equal("UNAUTHENTICATED");
    }
  });

  it("accepts the token with surrounding white space, line breaks and zero-width characters", async () => {
    const { phone } = await activeUser(context);
    const { token, code } = await requested(phone);
    await confirm({
      token: `\ufeff ${token.slice(0, 9)}\u200b\n${token.slice(9).toUpperCase()}\u2060\t\r\n`,
      code,
    });
  });

  it("requires a token, and refuses one that is not a UUID or is truncated", async () => {
    const { phone } = await activeUser(context);
    const { token, code } = await requested(phone);
    expect(await rejectionReason(confirm({ token: " \u200b", code }))).to.equal("TOKEN_REQUIRED");
    expect(await rejectionReason(confirm({ token: "abc", code }))).to.equal("TOKEN_INVALID");
    expect(await rejectionReason(confirm({ token: token.slice(0, -1), code }))).to.equal("TOKEN_INVALID");
  });

  it("refuses a token that is unknown, expired or used", async () => {
    const { phone } = await activeUser(context);
    const unknown = "00000000-0000-4000-8000-000000000000";
    expect(await rejectionReason(confirm({ token: unknown, code: "123456" }))).to.equal("LINK_REJECTED");
    const expired = await requested(phone);
    context.clock.advance(600);
    expect(await rejectionReason(confirm(expired))).to.equal("LINK_REJECTED");
    const used = await requested(phone);
    await confirm(used);
    expect(await rejectionReason(confirm(used))).to.equal("LINK_REJECTED");
  });

  it("refuses another operation's token", async () => {
    const { id: userId, phone } = await activeUser(context);
    const sessionId = await newSession(context, phone);
    await requestPasswordChange(context.app, { ...caller, userId, sessionId, currentPassword: testPassword });
    const proof = { token: context.outbox.tokenFor(phone), code: context.outbox.codeFor(phone) };
    expect(await rejectionReason(confirm(proof))).to.equal("LINK_REJECTED");
  });

  it("refuses one user's code with another's token", async () => {
    const mine = await requested((await activeUser(context)).phone);
    const theirs = await requested((await activeUser(context)).phone);
    if (mine.code === theirs.code) return;
    expect(await rejectionReason(confirm({ token: mine.token, code: theirs.code }))).to.equal(
      "CODE_INCORRECT",
    );
  });

  it("locks the operation after five wrong codes, while the owner can still sign in", async () => {
    const { phone } = await activeUser(context);
    const { token, code } = await requested(phone);
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      expect(await rejectionReason(confirm({ token, code: wrongFor(code) }))).to.equal("CODE_INCORRECT");
    }
    expect(await rejectionReason(confirm({ token, code }))).to.equal("CODE_LOCKED");
    await login(context.app, { phone, password: testPassword });
  });

  it("counts no attempt when the new password is refused", async () => {
    const { phone } = await activeUser(context);
    const proof = await requested(phone);
    for (let attempt = 1; attempt <= 6; attempt += 1) {
      expect(await rejectionReason(confirm(proof, "12345678"))).to.equal("PASSWORD_REJECTED");
    }
    await confirm(proof);
  });

  it("voids the user's other codes when it succeeds", async () => {
    const { id: userId, phone } = await activeUser(context);
    const sessionId = await newSession(context, phone);
    await requestPasswordChange(context.app, { ...caller, userId, sessionId, currentPassword: testPassword });
    const other = context.outbox.tokenFor(phone);
    await confirm(await requested(phone));
    const [row] = await context.testDatabase.database.run<{ count: string }>(
      null,
      { name: "test_codes", text: "SELECT count(*) FROM codes WHERE user_id = $1" },
      [userId],
    );
    expect(other).not.to.equal(context.outbox.tokenFor(phone));
    expect(row?.count).to.equal("0");
  });

  it("changes the password once when 100 callers use one token at once", async () => {
    const { phone } = await activeUser(context);
    const proof = await requested(phone);
    const processes = [context.app, context.anotherProcess()];
    const results = await atOnce(100, (index) =>
      confirmPasswordReset(processes[index % 2]!, { ...proof, newPassword, newPasswordConfirm: newPassword }),
    );
    expect(results.filter((result) => result === undefined)).to.have.length(1);
    const refusals = results.filter((result) => result === "LINK_REJECTED" || result === "CODE_LOCKED");
    expect(refusals).to.have.length(99);
    await login(context.app, { phone, password: newPassword });
  });

  it("sets one of two passwords that are sent at once, and that one signs in", async () => {
    const { phone } = await activeUser(context);
    const proof = await requested(phone);
    const passwords = ["Premier-Secret-1", "Second-Secret-2"];
    const results = await atOnce(2, (index) => confirm(proof, passwords[index]));
    const winner = results.indexOf(undefined as never);
    expect(results.filter((result) => result === undefined)).to.have.length(1);
    await login(context.app, { phone, password: passwords[winner]! });
    expect(await rejectionReason(login(context.app, { phone, password: passwords[1 - winner]! }))).to.equal(
      "CREDENTIALS_REJECTED",
    );
  });

  it("sends nothing to a number that the account gave up after it was looked up", async () => {
    const { id: userId, phone: old } = await activeUser(context);
    const stale = await context.app.users.findByPhone(null, old);
    const phone = newPhone();
    await context.app.users.setPhone(null, userId, phone, "phone");
    const users = { ...context.app.users, findByPhone: async () => stale };
    requestPasswordReset({ ...context.app, users }, { ...caller, phone: old });
    await context.settle();
    expect(context.outbox.to(old).map(({ kind }) => kind)).to.deep.equal(["activation"]);
  });

  it("counts no attempt when the queue of password hashes is full", async () => {
    const { phone } = await activeUser(context);
    const proof = await requested(phone);
    const hasher = { ...context.app.hasher, hash: () => Promise.reject(overloaded(1)) };
    const input = { ...proof, newPassword, newPasswordConfirm: newPassword };
    for (let attempt = 1; attempt <= 6; attempt += 1) {
      const refused = confirmPasswordReset({ ...context.app, hasher }, input);
      expect(await rejectionReason(refused)).to.equal("OVERLOADED");
    }
    await confirm(proof);
  });

  it("refuses a code that is voided while it is being checked", async () => {
    const { id, phone } = await activeUser(context);
    const proof = await requested(phone);
    const codes = {
      ...context.app.codes,
      async countAttempt(...call: Parameters<typeof context.app.codes.countAttempt>) {
        await context.testDatabase.database.transaction((tx) => context.app.codes.voidAll(tx, id));
        return context.app.codes.countAttempt(...call);
      },
    };
    const input = { ...proof, newPassword, newPasswordConfirm: newPassword };
    const attempt = confirmPasswordReset({ ...context.app, codes }, input);
    expect(await rejectionReason(attempt)).to.equal("LINK_REJECTED");
    await login(context.app, { phone, password: testPassword });
  });

  it("succeeds although the confirmation can't be sent", async () => {
    const { phone } = await activeUser(context);
    const proof = await requested(phone);
    context.outbox.failing = true;
    await confirm(proof);
    await context.settle();
    context.outbox.failing = false;
    await login(context.app, { phone, password: newPassword });
  });
});
