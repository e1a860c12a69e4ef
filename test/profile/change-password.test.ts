import { expect } from "chai";
import { login } from "../../src/auth/login.js";
import { refreshSession } from "../../src/auth/refresh-session.js";
import { confirmPasswordChange, requestPasswordChange } from "../../src/profile/change-password.js";
import { rejectionReason } from "../support/rejection.js";
import {
  activeUser,
  caller,
  newSession,
  signedIn,
  testPassword,
  useTestContext,
} from "../support/test-context.js";

const newPassword = "Nouveau-Secret-9";

describe("password change", () => {
  const context = useTestContext();

  async function requested(userId: number, phone: string) {
    const sessionId = await newSession(context, phone);
    await requestPasswordChange(context.app, { ...caller, userId, sessionId, currentPassword: testPassword });
    return { token: context.outbox.tokenFor(phone), code: context.outbox.codeFor(phone) };
  }

  const passwords = { newPassword, newPasswordConfirm: newPassword };

  it("refuses a wrong current password and sends nothing", async () => {
    const { id: userId, phone } = await activeUser(context);
    const sessionId = await newSession(context, phone);
    const attempt = requestPasswordChange(context.app, {
      ...caller,
      userId,
      sessionId,
      currentPassword: "wrong",
    });
    expect(await rejectionReason(attempt)).to.equal("CURRENT_PASSWORD_INCORRECT");
    expect(context.outbox.to(phone)).to.have.length(1);
  });

  it("sends a link to the front end to the account's own number", async () => {
    const { id, phone } = await activeUser(context);
    await requested(id, phone);
    expect(context.outbox.to(phone).at(-1))
      .to.have.property("link")
      .that.matches(/^https:\/\/waterbill\.app\/change-password\?token=/);
  });

  it("counts nothing when the SMS can't be sent", async () => {
    const { id: userId, phone } = await activeUser(context);
    const sessionId = await newSession(context, phone);
    context.outbox.failing = true;
    const attempt = requestPasswordChange(context.app, {
      ...caller,
      userId,
      sessionId,
      currentPassword: testPassword,
    });
    expect(await rejectionReason(attempt)).to.equal("SMS_UNAVAILABLE");
    context.outbox.failing = false;
    await requested(userId, phone);
  });

  it("sends nothing for a session that ended after the call was authenticated", async () => {
    const { id: userId, phone } = await activeUser(context);
    const sessionId = await newSession(context, phone);
    await context.app.sessions.endAll(null, userId, null);
    const attempt = requestPasswordChange(context.app, {
      ...caller,
      userId,
      sessionId,
      currentPassword: testPassword,
    });
    expect(await rejectionReason(attempt)).to.equal("UNAUTHENTICATED");
    expect(context.outbox.to(phone)).to.have.length(1);
  });

  it("ends every session when the call has none", async () => {
    const { user, tokens } = await signedIn(context);
    const proof = await requested(user.id, user.phone);
    await confirmPasswordChange(context.app, { ...proof, ...passwords, session: null });
    expect(await rejectionReason(refreshSession(context.app, { refresh: tokens.refresh }))).to.equal(
      "REFRESH_REJECTED",
    );
    await login(context.app, { phone: user.phone, password: newPassword });
  });

  it("makes the address known from which the right code came", async () => {
    const { id, phone } = await activeUser(context);
    const proof = await requested(id, phone);
    const address = "198.51.100.33";
    const knows = () => context.app.guesses.knows(null, id, address, context.clock.now());
    expect(await knows()).to.equal(false);
    const change = { ...proof, ...passwords, callerAddress: address, session: null };
    await confirmPasswordChange(context.app, change);
    expect(await knows()).to.equal(true);
  });

  it("keeps the session of the call and ends the others", async () => {
    const { user, tokens } = await signedIn(context);
    const other = await login(context.app, { phone: user.phone, password: testPassword });
    const proof = await requested(user.id, user.phone);
    const { sessionId: id } = await context.app.verifyAccessToken(tokens.access);
    await confirmPasswordChange(context.app, {
      ...proof,
      ...passwords,
      session: { id, userId: user.id, address: caller.callerAddress },
    });
    await refreshSession(context.app, { refresh: tokens.refresh });
    expect(await rejectionReason(refreshSession(context.app, { refresh: other.tokens.refresh }))).to.equal(
      "REFRESH_REJECTED",
    );
    expect(await rejectionReason(context.app.verifyAccessToken(other.tokens.access))).to.equal(
      "UNAUTHENTICATED",
    );
  });

  it("refuses another user's session and changes nothing", async () => {
    const { user } = await signedIn(context);
    const stranger = await signedIn(context);
    const proof = await requested(user.id, user.phone);
    const { sessionId: id } = await context.app.verifyAccessToken(stranger.tokens.access);
    const attempt = confirmPasswordChange(context.app, {
      ...proof,
      ...passwords,
      session: { id, userId: stranger.user.id, address: caller.callerAddress },
    });
    expect(await rejectionReason(attempt)).to.equal("LINK_REJECTED");
    await login(context.app, { phone: user.phone, password: testPassword });
  });

  it("refuses passwords that differ, and one similar to the account's data", async () => {
    const { id, phone } = await activeUser(context);
    const proof = await requested(id, phone);
    const different = { newPassword, newPasswordConfirm: "x" };
    const attempt = confirmPasswordChange(context.app, { ...proof, ...different, session: null });
    expect(await rejectionReason(attempt)).to.equal("INVALID_REQUEST");
    const similar = { newPassword: phone, newPasswordConfirm: phone };
    const second = confirmPasswordChange(context.app, { ...proof, ...similar, session: null });
    expect(await rejectionReason(second)).to.equal("PASSWORD_REJECTED");
  });

  it("refuses an account that was deactivated meanwhile", async () => {
    const { id, phone } = await activeUser(context);
    const sessionId = await newSession(context, phone);
    const proof = await requested(id, phone);
    await context.testDatabase.database.run(
      null,
      { name: "test_off", text: "UPDATE users SET is_active = false, deactivated_at = now() WHERE id = $1" },
      [id],
    );
    const attempt = confirmPasswordChange(context.app, { ...proof, ...passwords, session: null });
    expect(await rejectionReason(attempt)).to.equal("LINK_REJECTED");
    const request = requestPasswordChange(context.app, {
      ...caller,
      userId: id,
      sessionId,
      currentPassword: testPassword,
    });
    expect(await rejectionReason(request)).to.equal("UNAUTHENTICATED");
  });
});
