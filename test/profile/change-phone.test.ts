import { expect } from "chai";
import { login } from "../../src/auth/login.js";
import { refreshToken } from "../../src/auth/refresh-session.js";
import { register } from "../../src/auth/register.js";
import { DomainError } from "../../src/errors.js";
import { confirmPhoneChange, requestPhoneChange } from "../../src/profile/change-phone.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { removeEntry } from "../../src/whitelist/remove-entry.js";
import {
  activeUser,
  atOnce,
  failure,
  newPhone,
  newSession,
  person,
  registered,
  signedIn,
  type TestWorld,
  testPassword,
  testWorld,
} from "../support/test-context.js";

describe("change-phone", () => {
  let world: TestWorld;
  before(async () => {
    world = await testWorld();
  });
  after(() => world.close());

  async function allowedPhone(): Promise<string> {
    const phone = newPhone();
    await addEntry(world.parts, { phone, notes: "", isActive: true, actor: null });
    return phone;
  }

  /** Asks for the change and returns what the SMS to the new number brought. */
  async function requested(userId: number, phone: string) {
    const account = await world.parts.users.findById(null, userId);
    const sessionId = await newSession(world, account?.user.phone ?? "");
    await requestPhoneChange(world.parts, { userId, sessionId, newPhone: ` ${phone.slice(1)} ` });
    return { token: world.outbox.tokenFor(phone), code: world.outbox.codeFor(phone), session: null };
  }

  it("moves the account to the number that the code was sent to, and tells both", async () => {
    const { id, phone: old } = await activeUser(world);
    const phone = await allowedPhone();
    const proof = await requested(id, phone);
    expect(await confirmPhoneChange(world.parts, proof)).to.equal(phone);
    await world.settle();
    const { user } = await login(world.parts, { phone, password: testPassword });
    expect(user.id).to.equal(id);
    expect(await failure(login(world.parts, { phone: old, password: testPassword }))).to.equal(
      "CREDENTIALS_REJECTED",
    );
    expect(world.outbox.to(old).at(-1)).to.deep.include({ kind: "confirmation", operation: "phone_change" });
    expect(world.outbox.to(phone).at(-1)).to.deep.include({
      kind: "confirmation",
      operation: "phone_change",
    });
  });

  it("refuses a number that is taken, being registered, the own one, or not whitelisted", async () => {
    const { id: userId, phone: own } = await activeUser(world);
    const sessionId = await newSession(world, own);
    const { phone: taken } = await activeUser(world);
    const waiting = await registered(world);
    for (const phone of [own, taken, waiting]) {
      const error = await requestPhoneChange(world.parts, { userId, sessionId, newPhone: phone }).catch(
        (e: unknown) => e,
      );
      expect(error).to.be.instanceOf(DomainError).and.include({ reason: "PHONE_TAKEN" });
      expect((error as DomainError).fields[0]?.field).to.equal("new_phone");
    }
    expect(
      await failure(requestPhoneChange(world.parts, { userId, sessionId, newPhone: newPhone() })),
    ).to.equal("PHONE_NOT_WHITELISTED");
    expect(await failure(requestPhoneChange(world.parts, { userId, sessionId, newPhone: "12" }))).to.equal(
      "PHONE_LENGTH",
    );
  });

  it("takes over a number whose registration was never proved in time", async () => {
    const { id } = await activeUser(world);
    const phone = await registered(world);
    world.clock.advance(601);
    const proof = await requested(id, phone);
    expect(await confirmPhoneChange(world.parts, proof)).to.equal(phone);
  });

  it("names the number that the gateway refuses by its field, and counts nothing", async () => {
    const { id: userId, phone: own } = await activeUser(world);
    const phone = await allowedPhone();
    const sms = {
      ...world.outbox,
      sendVerificationCode: () => Promise.reject(new DomainError("PHONE_INVALID")),
    };
    const input = { userId, sessionId: await newSession(world, own), newPhone: phone };
    const error = await requestPhoneChange({ ...world.parts, sms }, input).catch((e: unknown) => e);
    expect(error).to.include({ reason: "PHONE_INVALID" });
    expect((error as DomainError).fields[0]?.field).to.equal("new_phone");
    await requested(userId, phone);
  });

  it("sends nothing for a session that has ended since the call was authenticated", async () => {
    const { id: userId, phone: own } = await activeUser(world);
    const phone = await allowedPhone();
    const sessionId = await newSession(world, own);
    await world.parts.sessions.endAll(null, userId, world.clock.now(), null);
    const attempt = requestPhoneChange(world.parts, { userId, sessionId, newPhone: phone });
    expect(await failure(attempt)).to.equal("UNAUTHENTICATED");
    expect(world.outbox.to(phone)).to.deep.equal([]);
  });

  it("ends every session but the one the call came with", async () => {
    const { user, tokens } = await signedIn(world);
    const other = await login(world.parts, { phone: user.phone, password: testPassword });
    const { sessionId: id } = await world.parts.authenticate(tokens.access);
    const proof = await requested(user.id, await allowedPhone());
    await confirmPhoneChange(world.parts, { ...proof, session: { id, userId: user.id } });
    await refreshToken(world.parts, { refresh: tokens.refresh });
    expect(await failure(refreshToken(world.parts, { refresh: other.tokens.refresh }))).to.equal(
      "REFRESH_REJECTED",
    );
  });

  it("checks whitelist and uniqueness again at the confirmation", async () => {
    const { id: userId } = await activeUser(world);
    const unlisted = await allowedPhone();
    const first = await requested(userId, unlisted);
    await removeEntry(world.parts, { phone: unlisted, actor: null });
    expect(await failure(confirmPhoneChange(world.parts, first))).to.equal("PHONE_NOT_WHITELISTED");

    const contested = await allowedPhone();
    const second = await requested(userId, contested);
    world.clock.advance(60);
    await register(world.parts, { ...person, phone: contested });
    expect(await failure(confirmPhoneChange(world.parts, second))).to.equal("PHONE_TAKEN");
  });

  it("lets one of two users who confirm the same number win", async () => {
    const phone = await allowedPhone();
    const one = await activeUser(world);
    const two = await activeUser(world);
    const first = await requested(one.id, phone);
    world.clock.advance(60);
    const second = await requested(two.id, phone);
    const proofs = [first, second];
    const results = await atOnce(2, (index) => confirmPhoneChange(world.parts, proofs[index]!));
    expect(results).to.have.members([phone, "PHONE_TAKEN"]);
    const late = await confirmPhoneChange(world.parts, proofs[results.indexOf("PHONE_TAKEN")]!).catch(
      (e) => e,
    );
    expect(late.fields[0].field).to.equal("new_phone");
  });

  it("changes the number once, of 100 callers at once with one token", async () => {
    const { id } = await activeUser(world);
    const phone = await allowedPhone();
    const proof = await requested(id, phone);
    const processes = [world.parts, world.anotherProcess()];
    const results = await atOnce(100, (index) => confirmPhoneChange(processes[index % 2]!, proof));
    expect(results.filter((result) => result === phone)).to.have.length(1);
    const refusals = ["LINK_REJECTED", "CODE_LOCKED", "PHONE_TAKEN"];
    expect(results.filter((result) => refusals.includes(result))).to.have.length(99);
  });

  it("leaves the new owner of a given-up number nothing of the old one's", async () => {
    const { user, tokens } = await signedIn(world);
    const proof = await requested(user.id, await allowedPhone());
    await confirmPhoneChange(world.parts, proof);
    world.clock.advance(60);
    await register(world.parts, { ...person, phone: user.phone });
    expect(await failure(refreshToken(world.parts, { refresh: tokens.refresh }))).to.equal(
      "REFRESH_REJECTED",
    );
    const successor = await world.parts.users.findByPhone(null, user.phone);
    expect(successor?.user).to.include({ isActive: false }).and.not.include({ id: user.id });
  });
});
