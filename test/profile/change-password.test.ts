import { expect } from "chai";
import { login } from "../../src/auth/login.js";
import { refreshToken } from "../../src/auth/refresh-session.js";
import { confirmPasswordChange, requestPasswordChange } from "../../src/profile/change-password.js";
import {
  activeUser,
  failure,
  newSession,
  signedIn,
  type TestWorld,
  testPassword,
  testWorld,
} from "../support/test-context.js";

const newPassword = "Nouveau-Secret-9";

describe("change-password", () => {
  let world: TestWorld;
  before(async () => {
    world = await testWorld();
  });
  after(() => world.close());

  async function requested(userId: number, phone: string) {
    const sessionId = await newSession(world, phone);
    await requestPasswordChange(world.parts, { userId, sessionId, currentPassword: testPassword });
    return { token: world.outbox.tokenFor(phone), code: world.outbox.codeFor(phone) };
  }

  const passwords = { newPassword, newPasswordConfirm: newPassword };

  it("refuses a wrong current password, and sends nothing", async () => {
    const { id: userId, phone } = await activeUser(world);
    const sessionId = await newSession(world, phone);
    const attempt = requestPasswordChange(world.parts, { userId, sessionId, currentPassword: "wrong" });
    expect(await failure(attempt)).to.equal("CURRENT_PASSWORD_INCORRECT");
    expect(world.outbox.to(phone)).to.have.length(1);
  });

  it("sends the link of the front end to the account's own number", async () => {
    const { id, phone } = await activeUser(world);
    await requested(id, phone);
    expect(world.outbox.to(phone).at(-1))
      .to.have.property("link")
      .that.matches(/^https:\/\/waterbill\.app\/change-password\?token=/);
  });

  it("counts nothing when the SMS can't be sent", async () => {
    const { id: userId, phone } = await activeUser(world);
    const sessionId = await newSession(world, phone);
    world.outbox.failing = true;
    const attempt = requestPasswordChange(world.parts, { userId, sessionId, currentPassword: testPassword });
    expect(await failure(attempt)).to.equal("SMS_UNAVAILABLE");
    world.outbox.failing = false;
    await requested(userId, phone);
  });

  it("sends nothing for a session that has ended since the call was authenticated", async () => {
    const { id: userId, phone } = await activeUser(world);
    const sessionId = await newSession(world, phone);
    await world.parts.sessions.endAll(null, userId, world.clock.now(), null);
    const attempt = requestPasswordChange(world.parts, { userId, sessionId, currentPassword: testPassword });
    expect(await failure(attempt)).to.equal("UNAUTHENTICATED");
    expect(world.outbox.to(phone)).to.have.length(1);
  });

  it("ends every session when the call comes without one", async () => {
    const { user, tokens } = await signedIn(world);
    const proof = await requested(user.id, user.phone);
    await confirmPasswordChange(world.parts, { ...proof, ...passwords, session: null });
    expect(await failure(refreshToken(world.parts, { refresh: tokens.refresh }))).to.equal(
      "REFRESH_REJECTED",
    );
    await login(world.parts, { phone: user.phone, password: newPassword });
  });

  it("keeps the session that the call came with, and ends the others", async () => {
    const { user, tokens } = await signedIn(world);
    const other = await login(world.parts, { phone: user.phone, password: testPassword });
    const proof = await requested(user.id, user.phone);
    const { sessionId: id } = await world.parts.authenticate(tokens.access);
    await confirmPasswordChange(world.parts, { ...proof, ...passwords, session: { id, userId: user.id } });
    await refreshToken(world.parts, { refresh: tokens.refresh });
    expect(await failure(refreshToken(world.parts, { refresh: other.tokens.refresh }))).to.equal(
      "REFRESH_REJECTED",
    );
    expect(await failure(world.parts.authenticate(other.tokens.access))).to.equal("UNAUTHENTICATED");
  });

  it("refuses another user's session, and changes nothing", async () => {
    const { user } = await signedIn(world);
    const stranger = await signedIn(world);
    const proof = await requested(user.id, user.phone);
    const { sessionId: id } = await world.parts.authenticate(stranger.tokens.access);
    const attempt = confirmPasswordChange(world.parts, {
      ...proof,
      ...passwords,
      session: { id, userId: stranger.user.id },
    });
    expect(await failure(attempt)).to.equal("LINK_REJECTED");
    await login(world.parts, { phone: user.phone, password: testPassword });
  });

  it("refuses different passwords, and one like the account's own data", async () => {
    const { id, phone } = await activeUser(world);
    const proof = await requested(id, phone);
    const different = { newPassword, newPasswordConfirm: "x" };
    const attempt = confirmPasswordChange(world.parts, { ...proof, ...different, session: null });
    expect(await failure(attempt)).to.equal("INVALID_REQUEST");
    const similar = { newPassword: phone, newPasswordConfirm: phone };
    const second = confirmPasswordChange(world.parts, { ...proof, ...similar, session: null });
    expect(await failure(second)).to.equal("PASSWORD_REJECTED");
  });

  it("refuses an account that has been deactivated meanwhile", async () => {
    const { id, phone } = await activeUser(world);
    const sessionId = await newSession(world, phone);
    const proof = await requested(id, phone);
    await world.testDatabase.database.run(
      null,
      { name: "test_off", text: "UPDATE users SET is_active = false, deactivated_at = now() WHERE id = $1" },
      [id],
    );
    const attempt = confirmPasswordChange(world.parts, { ...proof, ...passwords, session: null });
    expect(await failure(attempt)).to.equal("LINK_REJECTED");
    const request = requestPasswordChange(world.parts, {
      userId: id,
      sessionId,
      currentPassword: testPassword,
    });
    expect(await failure(request)).to.equal("UNAUTHENTICATED");
  });
});
