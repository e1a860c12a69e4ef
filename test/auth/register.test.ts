import { expect } from "chai";
import { activate } from "../../src/auth/activate.js";
import { register } from "../../src/auth/register.js";
import type { DomainError } from "../../src/errors.js";
import { SmsDeliveryUnknownError } from "../../src/sms/sms-gateway.js";
import { addSeconds } from "../../src/system/clock.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { rejection, rejectionReason } from "../support/rejection.js";
import {
  activeUser,
  atOnce,
  caller,
  newPhone,
  person,
  registered,
  useTestContext,
} from "../support/test-context.js";

describe("register", () => {
  const context = useTestContext();

  const allow = (phone: string) => addEntry(context.app, { phone, notes: "", isActive: true, actor: null });

  const rowsOf = (phone: string) =>
    context.testDatabase.database.run<{ password_hash: string; code_digest: Buffer; token_digest: Buffer }>(
      null,
      {
        name: "test_registrations",
        text: `SELECT * FROM registrations JOIN activation_codes ON registration_id = registrations.id
               WHERE phone = $1`,
      },
      [phone],
    );

  it("adds a registration, which is no account, and sends one activation code", async () => {
    const phone = await registered(context);
    expect(await context.app.users.findByPhone(null, phone)).to.equal(null);
    expect(await rowsOf(phone)).to.have.length(1);
    expect(context.outbox.to(phone).map((message) => message.kind)).to.deep.equal(["activation"]);
  });

  it("returns the challenge, with a secret of 128 bits that names the registration", async () => {
    const phone = newPhone();
    await allow(phone);
    const { registration = "", ...challenge } = await register(context.app, { ...person, phone });
    const now = context.clock.now();
    expect(challenge).to.deep.equal({
      expiresAt: addSeconds(now, 600),
      resendAt: addSeconds(now, 60),
      attemptsLeft: 5,
      sendsLeft: 4,
      delivery: "accepted",
    });
    expect(Buffer.from(registration, "base64url")).to.have.length(16);
  });

  it("stores neither the password nor the code nor the secret", async () => {
    const phone = newPhone();
    await allow(phone);
    const { registration = "" } = await register(context.app, { ...person, phone });
    const [row] = await rowsOf(phone);
    expect(row?.password_hash).to.match(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(row?.code_digest).to.have.length(32);
    expect(row?.code_digest.toString("latin1")).not.to.include(context.outbox.codeFor(phone));
    expect(row?.token_digest).to.have.length(32);
    expect(row?.token_digest.includes(Buffer.from(registration, "base64url"))).to.equal(false);
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

  it("refuses a phone with an account, or that the same network registered within a minute", async () => {
    const { phone: active } = await activeUser(context);
    expect(await rejectionReason(register(context.app, { ...person, phone: active }))).to.equal(
      "PHONE_TAKEN",
    );
    const waiting = await registered(context);
    expect(await rejectionReason(register(context.app, { ...person, phone: waiting }))).to.equal(
      "PHONE_TAKEN",
    );
  });

  it("counts an IPv6 network as one address, and no caller without an address", async () => {
    const phone = newPhone();
    await allow(phone);
    const from = (callerAddress: string) => register(context.app, { ...person, phone, callerAddress });
    await from("2001:db8:1:2::3");
    expect(await rejectionReason(from("2001:db8:1:2:ffff::9"))).to.equal("PHONE_TAKEN");
    const refusal = (await rejection(from("2001:db8:1:3::3"))) as DomainError;
    expect([refusal.reason, refusal.challenge]).to.deep.equal(["RATE_LIMITED", undefined]);
    context.clock.advance(60);
    await from("");
    expect(await rejectionReason(from(""))).to.equal("RATE_LIMITED");
  });

  it("accepts another registration a minute later, from the same network too", async () => {
    const phone = await registered(context);
    context.clock.advance(59);
    expect(await rejectionReason(register(context.app, { ...person, phone }))).to.equal("PHONE_TAKEN");
    context.clock.advance(1);
    await register(context.app, { ...person, phone, firstName: "Ada" });
    const code = context.outbox.codeFor(phone);
    expect((await activate(context.app, { ...caller, phone, code })).firstName).to.equal("Ada");
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

  it("doesn't wait in a circle with an activation when the gateway's response is lost", async () => {
    for (let round = 0; round < 5; round += 1) {
      const phone = newPhone();
      await allow(phone);
      const activations: Promise<unknown>[] = [];
      const sms = {
        ...context.outbox,
        async sendActivationCode(to: string, code: string) {
          activations.push(
            activate(context.app, { ...caller, phone: to, code }).catch((error) => error.message),
          );
          throw new SmsDeliveryUnknownError();
        },
      };
      const refused = await rejectionReason(register({ ...context.app, sms }, { ...person, phone }));
      expect(refused).to.equal("SMS_UNAVAILABLE");
      const activated = await activations[0];
      if (typeof activated === "string") expect(activated).to.be.oneOf(["CODE_INCORRECT", "CODE_EXPIRED"]);
    }
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
    expect(results.filter((result) => typeof result === "object")).to.have.length(1);
    expect(results.filter((result) => result === "PHONE_TAKEN")).to.have.length(13);
    expect(context.outbox.to(phone)).to.have.length(1);
  });
});
