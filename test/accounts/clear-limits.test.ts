import { expect } from "chai";
import { clearLimits } from "../../src/accounts/clear-limits.js";
import { setRights } from "../../src/accounts/set-rights.js";
import { COMMAND_LINE } from "../../src/audit/act.js";
import { activate } from "../../src/auth/activate.js";
import { login } from "../../src/auth/login.js";
import { register } from "../../src/auth/register.js";
import { resendCode } from "../../src/auth/resend-code.js";
import { cancelPhoneChange } from "../../src/profile/cancel-phone-change.js";
import { confirmPhoneChange, requestPhoneChange } from "../../src/profile/change-phone.js";
import { DAILY_ATTEMPTS } from "../../src/registrations/activation-attempt-store.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { laterActsOf } from "../audit/stored-history.js";
import { rejectionReason } from "../support/rejection.js";
import {
  activeUser,
  atOnce,
  caller,
  newPhone,
  newSession,
  person,
  registered,
  testPassword,
  useTestContext,
} from "../support/test-context.js";

describe("clearLimits", () => {
  const context = useTestContext();

  const clear = (phone: string, app = context.app) =>
    clearLimits(app, { phone, reason: "a test", actor: COMMAND_LINE });

  it("lets a code be sent at once, and leaves the codes sent before working", async () => {
    const phone = await registered(context);
    const code = context.outbox.codeFor(phone);
    expect(await rejectionReason(resendCode(context.app, { ...caller, phone }))).to.equal("RATE_LIMITED");
    await clear(phone);
    await resendCode(context.app, { ...caller, phone });
    await activate(context.app, { ...caller, phone, code });
  });

  it("starts the attempts of a day at activation codes anew", async () => {
    const phone = await registered(context);
    const at = Array.from({ length: DAILY_ATTEMPTS.named }, () => context.clock.now());
    const { activationAttempts } = context.testDatabase.database.models;
    await activationAttempts.create({ phone, named_at: at, last_at: context.clock.now() });
    const code = context.outbox.codeFor(phone);
    expect(await rejectionReason(activate(context.app, { ...caller, phone, code }))).to.equal("RATE_LIMITED");
    await clear(phone);
    await activate(context.app, { ...caller, phone, code });
  });

  it("starts the wrong passwords of a day anew, of known and unknown callers, and records it", async () => {
    const { id, phone } = await activeUser(context);
    const guess = (address: string) =>
      rejectionReason(login(context.app, { phone, password: "wrong", address, device: "" }));
    await login(context.app, { phone, password: testPassword, address: "198.51.100.7", device: "" });
    for (const address of ["198.51.100.7", "203.0.113.9"]) {
      for (let made = 0; made < 10; made += 1) await guess(address);
      expect(await guess(address)).to.equal("RATE_LIMITED");
    }
    await clear(phone);
    expect(await guess("198.51.100.7")).to.equal("CREDENTIALS_REJECTED");
    expect(await guess("203.0.113.9")).to.equal("CREDENTIALS_REJECTED");
    expect((await laterActsOf(context.app, id)).map(({ action }) => action)).to.include("limits_cleared");
  });

  /** Asks for a change to a new number, and returns what proves it and what stops it. */
  async function askForChange(user: { id: number; phone: string }, sessionId: string) {
    const phone = newPhone();
    await addEntry(context.app, { phone, notes: "", isActive: true, actor: null });
    const fresh = { ...caller, sessionAgeSeconds: 0, currentPassword: "" };
    await requestPhoneChange(context.app, { ...fresh, userId: user.id, sessionId, newPhone: phone });
    await context.settle();
    const { outbox } = context;
    const proof = { token: outbox.tokenFor(phone), code: outbox.codeFor(phone), session: null };
    return { phone, proof, stop: { token: outbox.cancelTokenFor(user.phone) } };
  }

  it("starts the phone changes of a day anew, whose links work as before, and records it", async () => {
    const user = await activeUser(context);
    const sessionId = await newSession(context, user.phone);
    const asked = [];
    for (let request = 1; request <= 5; request += 1) asked.push(await askForChange(user, sessionId));
    expect(await rejectionReason(askForChange(user, sessionId))).to.equal("RATE_LIMITED");
    for (let round = 0; round < 2; round += 1) {
      await clear(user.phone);
      for (let request = 1; request <= 5; request += 1) await askForChange(user, sessionId);
      expect(await rejectionReason(askForChange(user, sessionId))).to.equal("RATE_LIMITED");
    }
    await cancelPhoneChange(context.app, asked[0]!.stop);
    await clear(user.phone);
    await clear(user.phone);
    const acts = (await laterActsOf(context.app, user.id)).map(({ action }) => action);
    expect(acts).to.have.members([...Array(3).fill("limits_cleared"), "phone_change_cancelled"]);
  });

  it("leaves a phone change undoable, and the account unable to change its number meanwhile", async () => {
    const user = await activeUser(context);
    const sessionId = await newSession(context, user.phone);
    const { phone, proof, stop } = await askForChange(user, sessionId);
    await clear(user.phone);
    await confirmPhoneChange(context.app, proof);
    await context.settle();
    await clear(phone);
    const session = await newSession(context, phone);
    expect(await rejectionReason(askForChange({ ...user, phone }, session))).to.equal("RATE_LIMITED");
    await cancelPhoneChange(context.app, stop);
    expect((await context.app.users.findById(null, user.id))?.user.phone).to.equal(user.phone);
  });

  it("clears the rate limits that count the number, once the rest is done", async () => {
    const cleared: string[] = [];
    const clearRateLimits = async (phone: string) => {
      expect(await context.app.smsQuota.recent(null, phone, new Date(0))).to.deep.equal([]);
      return cleared.push(phone) > 0;
    };
    const app = { ...context.app, clearRateLimits };
    const phone = await registered(context);
    expect(await clear(` ${phone.slice(1)} `, app)).to.equal(true);
    expect(cleared).to.deep.equal([phone]);
    const superuser = await activeUser(context);
    const rights = () => ({ isStaff: true, isSuperuser: true });
    await setRights(app, { phone: superuser.phone, rights, actor: COMMAND_LINE });
    const actor = { kind: "administrator", id: (await activeUser(context)).id } as const;
    const attempt = clearLimits(app, { phone: superuser.phone, reason: "a test", actor });
    expect(await rejectionReason(attempt)).to.equal("SUPERUSER_REQUIRED");
    expect(cleared).to.deep.equal([phone]);
  });

  it("leaves other numbers' quotas", async () => {
    const phone = await registered(context);
    await clear(await registered(context));
    expect(await rejectionReason(resendCode(context.app, { ...caller, phone }))).to.equal("RATE_LIMITED");
  });

  it("accepts a number that nobody has, and refuses text that is none", async () => {
    await clear(newPhone());
    expect(await rejectionReason(clear("12"))).to.equal("PHONE_LENGTH");
  });

  it("is undone when the act can't be recorded", async () => {
    const { id, phone } = await activeUser(context);
    const record = () => Promise.reject(new Error("not recorded"));
    const attempt = clear(phone, { ...context.app, record });
    expect(await attempt.catch((error: Error) => error.message)).to.equal("not recorded");
    expect(await context.app.smsQuota.recent(null, phone, new Date(0))).to.have.length(1);
    expect(await laterActsOf(context.app, id)).to.deep.equal([]);
  });

  it("is recorded once, and deadlocks with nobody, when 20 callers in two processes clear and register", async () => {
    const { id, phone } = await activeUser(context);
    const waiting = await registered(context);
    const processes = [context.app, context.anotherProcess()];
    const results = await atOnce<unknown>(40, (index) => {
      const app = processes[index % 2]!;
      if (index % 4 === 3)
        return register(app, { ...person, phone: waiting, callerAddress: `203.0.${index}.1` });
      return clear(index % 4 === 2 ? waiting : phone, app);
    });
    expect(results.filter((result) => typeof result === "string" && result !== "RATE_LIMITED")).to.deep.equal(
      [],
    );
    expect((await laterActsOf(context.app, id)).map(({ action }) => action)).to.deep.equal([
      "limits_cleared",
    ]);
  });
});
