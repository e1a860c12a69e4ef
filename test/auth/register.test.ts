import { expect } from "chai";
import { activate } from "../../src/auth/activate.js";
import { register } from "../../src/auth/register.js";
import { SmsDeliveryUnknownError } from "../../src/sms/sms-gateway.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { rejectionReason } from "../support/rejection.js";
import { activeUser, atOnce, newPhone, person, registered, useTestContext } from "../support/test-context.js";

describe("register", () => {
  const context = useTestContext();

  const allow = (phone: string) => addEntry(context.app, { phone, notes: "", isActive: true, actor: null });

  it("creates an inactive account and sends one activation code", async () => {
    const phone = await registered(context);
    const account = await context.app.users.findByPhone(null, phone);
    expect(account?.user).to.include({ phone, firstName: "John", lastName: "Doe", isActive: false });
    expect(context.outbox.to(phone).map((message) => message.kind)).to.deep.equal(["activation"]);
  });

  it("stores neither the password nor the code", async () => {
    const phone = await registered(context);
    const code = context.outbox.codeFor(phone);
    const account = await context.app.users.findByPhone(null, phone);
    expect(account?.passwordHash).to.match(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    const [row] = await context.testDatabase.database.run<{ code_digest: Buffer }>(
      null,
      { name: "test_code", text: "SELECT code_digest FROM codes WHERE user_id = $1" },
      [account?.user.id],
    );
    expect(row?.code_digest).to.have.length(32);
    expect(row?.code_digest.toString("latin1")).not.to.include(code);
  });

  it("refuses a phone that is not whitelisted or whose entry is inactive", async () => {
    const phone = newPhone();
    expect(await rejectionReason(register(context.app, { ...person, phone }))).to.equal(
      "PHONE_NOT_WHITELISTED",
    );
    await addEntry(context.app, { phone, notes: "", isActive: false, actor: null });
    expect(await rejectionReason(register(context.app, { ...person, phone }))).to.equal(
      "PHONE_NOT_WHITELISTED",
    );
    expect(await context.app.users.findByPhone(null, phone)).to.equal(null);
  });

  it("refuses a phone with an active account or with a code that is still valid", async () => {
    const { phone: active } = await activeUser(context);
    expect(await rejectionReason(register(context.app, { ...person, phone: active }))).to.equal(
      "PHONE_TAKEN",
    );
    const waiting = await registered(context);
    expect(await rejectionReason(register(context.app, { ...person, phone: waiting }))).to.equal(
      "PHONE_TAKEN",
    );
  });

  it("replaces an inactive account whose code has expired, with a new identity", async () => {
    const phone = await registered(context);
    const before = await context.app.users.findByPhone(null, phone);
    const oldCode = context.outbox.codeFor(phone);
    context.clock.advance(601);
    await register(context.app, { ...person, phone, firstName: "Ada" });
    const after = await context.app.users.findByPhone(null, phone);
    expect(after?.user.firstName).to.equal("Ada");
    expect(after?.user.id).not.to.equal(before?.user.id);
    if (oldCode !== context.outbox.codeFor(phone)) {
      expect(await rejectionReason(activate(context.app, { phone, code: oldCode }))).to.equal(
        "CODE_INCORRECT",
      );
    }
  });

  it("does not replace an account that an administrator deactivated", async () => {
    const { id, phone } = await activeUser(context);
    await context.testDatabase.database.run(
      null,
      {
        name: "test_deactivate",
        text: "UPDATE users SET is_active = false, deactivated_at = now() WHERE id = $1",
      },
      [id],
    );
    context.clock.advance(100_000);
    expect(await rejectionReason(register(context.app, { ...person, phone }))).to.equal("PHONE_TAKEN");
  });

  it("checks phone, uniqueness, whitelist and password in this order", async () => {
    const weak = { ...person, password: "123", passwordConfirm: "123" };
    const { phone: taken } = await activeUser(context);
    const unlisted = newPhone();
    const listed = newPhone();
    await allow(listed);
    expect(await rejectionReason(register(context.app, { ...weak, phone: "12" }))).to.equal("PHONE_LENGTH");
    expect(await rejectionReason(register(context.app, { ...weak, phone: taken }))).to.equal("PHONE_TAKEN");
    expect(await rejectionReason(register(context.app, { ...weak, phone: unlisted }))).to.equal(
      "PHONE_NOT_WHITELISTED",
    );
    expect(await rejectionReason(register(context.app, { ...weak, phone: listed }))).to.equal(
      "PASSWORD_REJECTED",
    );
  });

  it("refuses blank names and passwords that differ", async () => {
    const phone = newPhone();
    const blank = { ...person, phone, firstName: " \u00a0 " };
    expect(await rejectionReason(register(context.app, blank))).to.equal("INVALID_REQUEST");
    const different = { ...person, phone, passwordConfirm: "another one" };
    expect(await rejectionReason(register(context.app, different))).to.equal("INVALID_REQUEST");
  });

  it("leaves nothing behind when the SMS can't be sent", async () => {
    const phone = newPhone();
    await allow(phone);
    context.outbox.failing = true;
    expect(await rejectionReason(register(context.app, { ...person, phone }))).to.equal("SMS_UNAVAILABLE");
    context.outbox.failing = false;
    expect(await context.app.users.findByPhone(null, phone)).to.equal(null);
    await register(context.app, { ...person, phone });
    expect(context.outbox.to(phone)).to.have.length(1);
  });

  it("counts a code that may have been sent although no account remains", async () => {
    const phone = newPhone();
    await allow(phone);
    const sms = {
      ...context.outbox,
      sendActivationCode: () => Promise.reject(new SmsDeliveryUnknownError()),
    };
    expect(await rejectionReason(register({ ...context.app, sms }, { ...person, phone }))).to.equal(
      "SMS_UNAVAILABLE",
    );
    expect(await context.app.users.findByPhone(null, phone)).to.equal(null);
    expect(await rejectionReason(register(context.app, { ...person, phone }))).to.equal("RATE_LIMITED");
  });

  it("registers a number once, with one SMS, when 14 callers in two processes spell it differently", async () => {
    const phone = newPhone();
    await allow(phone);
    const digits = phone.slice(1);
    const spellings = [
      phone,
      digits,
      `00${digits}`,
      `tel:${phone}`,
      `${digits.slice(0, 3)} ${digits.slice(3)}`,
      `${digits.slice(0, 3)}-${digits.slice(3)}`,
      `(${digits.slice(0, 3)}) ${digits.slice(3)}`,
      `+${digits.slice(0, 3)}.${digits.slice(3)}`,
      `\u200b${phone}\u200b`,
      `\u2060${phone}`,
      `${digits.slice(0, 5)}\u00a0${digits.slice(5)}`,
      digits.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
      digits.replace(/\d/g, (digit) => String.fromCodePoint(0x0660 + Number(digit))),
      ` ${phone}\n`,
    ];
    const processes = [context.app, context.anotherProcess()];
    const results = await atOnce(spellings.length, (index) =>
      register(processes[index % 2]!, { ...person, phone: spellings[index]! }),
    );
    expect(results.filter((result) => result === undefined)).to.have.length(1);
    expect(results.filter((result) => result === "PHONE_TAKEN")).to.have.length(13);
    expect(context.outbox.to(phone)).to.have.length(1);
  });
});
