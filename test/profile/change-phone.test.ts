import { expect } from "chai";
import { activate } from "../../src/auth/activate.js";
import { login } from "../../src/auth/login.js";
import { refreshSession } from "../../src/auth/refresh-session.js";
import { register } from "../../src/auth/register.js";
import { DomainError } from "../../src/errors.js";
import { newPhoneDetail } from "../../src/messages/sms.js";
import { confirmPhoneChange, requestPhoneChange } from "../../src/profile/change-phone.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { removeEntry } from "../../src/whitelist/remove-entry.js";
import { rejection, rejectionReason } from "../support/rejection.js";
import {
  activeUser,
  atOnce,
  caller,
  newPhone,
  newSession,
  person,
  registered,
  signedIn,
  testPassword,
  useTestContext,
} from "../support/test-context.js";

describe("phone change", () => {
  const context = useTestContext();
  /** A session that has just signed in. */
  const fresh = { ...caller, sessionAgeSeconds: 0, currentPassword: "" };

  async function allowedPhone(): Promise<string> {
    const phone = newPhone();
    await addEntry(context.app, { phone, notes: "", isActive: true, actor: null });
    return phone;
  }

  /** Requests the change and returns the token and code of the SMS to the new number. */
  async function requested(userId: number, phone: string) {
    const account = await context.app.users.findById(null, userId);
    const sessionId = await newSession(context, account?.user.phone ?? "");
    await requestPhoneChange(context.app, { ...fresh, userId, sessionId, newPhone: ` ${phone.slice(1)} ` });
    return { token: context.outbox.tokenFor(phone), code: context.outbox.codeFor(phone), session: null };
  }

  it("moves the account to the number that the code was sent to, and tells only the old number of the other", async () => {
    const { id, phone: old } = await activeUser(context);
    const phone = await allowedPhone();
    const proof = await requested(id, phone);
    expect(await confirmPhoneChange(context.app, proof)).to.equal(phone);
    await context.settle();
    const { user } = await login(context.app, { phone, password: testPassword });
    expect(user.id).to.equal(id);
    expect(await rejectionReason(login(context.app, { phone: old, password: testPassword }))).to.equal(
      "CREDENTIALS_REJECTED",
    );
    const confirmation = { kind: "confirmation", operation: "phone_change" };
    const link = `http://localhost:8000/account/phone-change?token=${context.outbox.cancelTokenFor(old)}`;
    expect(context.outbox.to(old).at(-1)).to.deep.equal({
      ...confirmation,
      phone: old,
      details: newPhoneDetail(phone, link, 24),
    });
    expect(context.outbox.to(phone).at(-1)).to.deep.equal({ ...confirmation, phone, details: "" });
  });

  it("makes the address known from which the right code came, and no other", async () => {
    const { id } = await activeUser(context);
    const proof = await requested(id, await allowedPhone());
    const [address, guesser] = ["198.51.100.31", "198.51.100.32"];
    const knows = (caller: string) => context.app.guesses.knows(null, id, caller, context.clock.now());
    const wrong = confirmPhoneChange(context.app, {
      ...proof,
      ...{ code: proof.code === "000000" ? "000001" : "000000", callerAddress: guesser },
    });
    expect(await rejectionReason(wrong)).to.equal("CODE_INCORRECT");
    expect(await knows(address)).to.equal(false);
    await confirmPhoneChange(context.app, { ...proof, callerAddress: address });
    expect([await knows(address), await knows(guesser)]).to.deep.equal([true, false]);
  });

  it("refuses a number that is taken, unchanged or not whitelisted", async () => {
    const { id: userId, phone: own } = await activeUser(context);
    const sessionId = await newSession(context, own);
    const { phone: taken } = await activeUser(context);
    for (const phone of [own, taken]) {
      const error = await rejection(
        requestPhoneChange(context.app, { ...fresh, userId, sessionId, newPhone: phone }),
      );
      expect(error).to.be.instanceOf(DomainError).and.include({ reason: "PHONE_TAKEN" });
      expect((error as DomainError).fields[0]?.field).to.equal("new_phone");
    }
    expect(
      await rejectionReason(
        requestPhoneChange(context.app, { ...fresh, userId, sessionId, newPhone: newPhone() }),
      ),
    ).to.equal("PHONE_NOT_WHITELISTED");
    expect(
      await rejectionReason(requestPhoneChange(context.app, { ...fresh, userId, sessionId, newPhone: "12" })),
    ).to.equal("PHONE_LENGTH");
  });

  it("takes over a number whose registration was not confirmed in time", async () => {
    const { id } = await activeUser(context);
    const phone = await registered(context);
    context.clock.advance(601);
    const proof = await requested(id, phone);
    expect(await confirmPhoneChange(context.app, proof)).to.equal(phone);
  });

  it("names the field of a number that the gateway refuses, and counts nothing", async () => {
    const { id: userId, phone: own } = await activeUser(context);
    const phone = await allowedPhone();
    const sms = {
      ...context.outbox,
      sendVerificationCode: () => Promise.reject(new DomainError("PHONE_INVALID")),
    };
    const input = { ...fresh, userId, sessionId: await newSession(context, own), newPhone: phone };
    const error = await rejection(requestPhoneChange({ ...context.app, sms }, input));
    expect(error).to.include({ reason: "PHONE_INVALID" });
    expect((error as DomainError).fields[0]?.field).to.equal("new_phone");
    await requested(userId, phone);
  });

  it("sends nothing for a session that ended after the call was authenticated", async () => {
    const { id: userId, phone: own } = await activeUser(context);
    const phone = await allowedPhone();
    const sessionId = await newSession(context, own);
    await context.app.sessions.endAll(null, userId, null);
    const attempt = requestPhoneChange(context.app, { ...fresh, userId, sessionId, newPhone: phone });
    expect(await rejectionReason(attempt)).to.equal("UNAUTHENTICATED");
    expect(context.outbox.to(phone)).to.deep.equal([]);
  });

  it("ends every session except that of the call", async () => {
    const { user, tokens } = await signedIn(context);
    const other = await login(context.app, { phone: user.phone, password: testPassword });
    const { sessionId: id } = await context.app.verifyAccessToken(tokens.access);
    const proof = await requested(user.id, await allowedPhone());
    await confirmPhoneChange(context.app, {
      ...proof,
      session: { id, userId: user.id, address: caller.callerAddress },
    });
    await refreshSession(context.app, { refresh: tokens.refresh });
    expect(await rejectionReason(refreshSession(context.app, { refresh: other.tokens.refresh }))).to.equal(
      "REFRESH_REJECTED",
    );
  });

  it("checks whitelist and uniqueness again on confirmation", async () => {
    const { id: userId } = await activeUser(context);
    const unlisted = await allowedPhone();
    const first = await requested(userId, unlisted);
    await removeEntry(context.app, { phone: unlisted, actor: null });
    expect(await rejectionReason(confirmPhoneChange(context.app, first))).to.equal("PHONE_NOT_WHITELISTED");

    const contested = await allowedPhone();
    const second = await requested(userId, contested);
    context.clock.advance(60);
    await register(context.app, { ...person, phone: contested });
    await activate(context.app, { ...caller, phone: contested, code: context.outbox.codeFor(contested) });
    expect(await rejectionReason(confirmPhoneChange(context.app, second))).to.equal("PHONE_TAKEN");
  });

  it("takes a number for which registrations wait, and removes them", async () => {
    const { id } = await activeUser(context);
    const phone = await registered(context);
    const code = context.outbox.codeFor(phone);
    context.clock.advance(60);
    await confirmPhoneChange(context.app, await requested(id, phone));
    expect(await rejectionReason(activate(context.app, { ...caller, phone, code }))).to.equal(
      "ALREADY_ACTIVE",
    );
    expect(await context.testDatabase.database.models.registrations.count({ where: { phone } })).to.equal(0);
  });

  it("accepts one of two users who confirm the same number", async () => {
    const phone = await allowedPhone();
    const one = await activeUser(context);
    const two = await activeUser(context);
    const first = await requested(one.id, phone);
    context.clock.advance(60);
    const second = await requested(two.id, phone);
    const proofs = [first, second];
    const results = await atOnce(2, (index) => confirmPhoneChange(context.app, proofs[index]!));
    expect(results).to.have.members([phone, "PHONE_TAKEN"]);
    const late = await rejection(confirmPhoneChange(context.app, proofs[results.indexOf("PHONE_TAKEN")]!));
    expect((late as DomainError).fields[0]?.field).to.equal("new_phone");
  });

  it("changes the number once when 100 callers use one token at once", async () => {
    const { id } = await activeUser(context);
    const phone = await allowedPhone();
    const proof = await requested(id, phone);
    const processes = [context.app, context.anotherProcess()];
    const results = await atOnce(100, (index) => confirmPhoneChange(processes[index % 2]!, proof));
    expect(results.filter((result) => result === phone)).to.have.length(1);
    const refusals = ["LINK_REJECTED", "CODE_LOCKED", "PHONE_TAKEN"];
    expect(results.filter((result) => refusals.includes(result))).to.have.length(99);
  });

  it("leaves nothing of the previous owner to the new owner of a number", async () => {
    const { user, tokens } = await signedIn(context);
    const proof = await requested(user.id, await allowedPhone());
    await confirmPhoneChange(context.app, proof);
    await context.passTime(86_401);
    await register(context.app, { ...person, phone: user.phone });
    expect(await rejectionReason(refreshSession(context.app, { refresh: tokens.refresh }))).to.equal(
      "REFRESH_REJECTED",
    );
    const code = context.outbox.codeFor(user.phone);
    const successor = await activate(context.app, { ...caller, phone: user.phone, code });
    expect(successor.id).not.to.equal(user.id);
  });
});
