import { expect } from "chai";
import { activate } from "../../src/auth/activate.js";
import { register } from "../../src/auth/register.js";
import { SendUncertain } from "../../src/sms/sms-gateway.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import {
  activeUser,
  atOnce,
  failure,
  newPhone,
  person,
  registered,
  type TestWorld,
  testWorld,
} from "../support/test-context.js";

describe("register", () => {
  let world: TestWorld;
  before(async () => {
    world = await testWorld();
  });
  after(() => world.close());

  const allow = (phone: string) => addEntry(world.parts, { phone, notes: "", isActive: true, actor: null });

  it("creates an inactive account and sends one activation code", async () => {
    const phone = await registered(world);
    const account = await world.parts.users.findByPhone(null, phone);
    expect(account?.user).to.include({ phone, firstName: "John", lastName: "Doe", isActive: false });
    expect(world.outbox.to(phone).map((message) => message.kind)).to.deep.equal(["activation"]);
  });

  it("stores neither the password nor the code", async () => {
    const phone = await registered(world);
    const code = world.outbox.codeFor(phone);
    const account = await world.parts.users.findByPhone(null, phone);
    expect(account?.passwordHash).to.match(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    const [row] = await world.testDatabase.database.run<{ code_digest: Buffer }>(
      null,
      { name: "test_code", text: "SELECT code_digest FROM codes WHERE user_id = $1" },
      [account?.user.id],
    );
    expect(row?.code_digest).to.have.length(32);
    expect(row?.code_digest.toString("latin1")).not.to.include(code);
  });

  it("refuses a phone that is not whitelisted, and one that is deactivated there", async () => {
    const phone = newPhone();
    expect(await failure(register(world.parts, { ...person, phone }))).to.equal("PHONE_NOT_WHITELISTED");
    await addEntry(world.parts, { phone, notes: "", isActive: false, actor: null });
    expect(await failure(register(world.parts, { ...person, phone }))).to.equal("PHONE_NOT_WHITELISTED");
    expect(await world.parts.users.findByPhone(null, phone)).to.equal(null);
  });

  it("refuses a phone with an active account, and one whose code is still alive", async () => {
    const { phone: active } = await activeUser(world);
    expect(await failure(register(world.parts, { ...person, phone: active }))).to.equal("PHONE_TAKEN");
    const waiting = await registered(world);
    expect(await failure(register(world.parts, { ...person, phone: waiting }))).to.equal("PHONE_TAKEN");
  });

  it("replaces an inactive account whose code has expired, with a new identity", async () => {
    const phone = await registered(world);
    const before = await world.parts.users.findByPhone(null, phone);
    const oldCode = world.outbox.codeFor(phone);
    world.clock.advance(601);
    await register(world.parts, { ...person, phone, firstName: "Ada" });
    const after = await world.parts.users.findByPhone(null, phone);
    expect(after?.user.firstName).to.equal("Ada");
    expect(after?.user.id).not.to.equal(before?.user.id);
    if (oldCode !== world.outbox.codeFor(phone)) {
      expect(await failure(activate(world.parts, { phone, code: oldCode }))).to.equal("CODE_INCORRECT");
    }
  });

  it("does not replace an account that an administrator ended", async () => {
    const { id, phone } = await activeUser(world);
    await world.testDatabase.database.run(
      null,
      {
        name: "test_deactivate",
        text: "UPDATE users SET is_active = false, deactivated_at = now() WHERE id = $1",
      },
      [id],
    );
    world.clock.advance(100_000);
    expect(await failure(register(world.parts, { ...person, phone }))).to.equal("PHONE_TAKEN");
  });

  it("checks phone, uniqueness, whitelist and password in this order", async () => {
    const weak = { ...person, password: "123", passwordConfirm: "123" };
    const { phone: taken } = await activeUser(world);
    const unlisted = newPhone();
    const listed = newPhone();
    await allow(listed);
    expect(await failure(register(world.parts, { ...weak, phone: "12" }))).to.equal("PHONE_LENGTH");
    expect(await failure(register(world.parts, { ...weak, phone: taken }))).to.equal("PHONE_TAKEN");
    expect(await failure(register(world.parts, { ...weak, phone: unlisted }))).to.equal(
      "PHONE_NOT_WHITELISTED",
    );
    expect(await failure(register(world.parts, { ...weak, phone: listed }))).to.equal("PASSWORD_REJECTED");
  });

  it("refuses names of nothing but white space, and different passwords", async () => {
    const phone = newPhone();
    const blank = { ...person, phone, firstName: " \u00a0 " };
    expect(await failure(register(world.parts, blank))).to.equal("INVALID_REQUEST");
    const different = { ...person, phone, passwordConfirm: "another one" };
    expect(await failure(register(world.parts, different))).to.equal("INVALID_REQUEST");
  });

  it("leaves nothing behind when the SMS can't be sent", async () => {
    const phone = newPhone();
    await allow(phone);
    world.outbox.failing = true;
    expect(await failure(register(world.parts, { ...person, phone }))).to.equal("SMS_UNAVAILABLE");
    world.outbox.failing = false;
    expect(await world.parts.users.findByPhone(null, phone)).to.equal(null);
    await register(world.parts, { ...person, phone });
    expect(world.outbox.to(phone)).to.have.length(1);
  });

  it("counts a code that may have left although no account remains", async () => {
    const phone = newPhone();
    await allow(phone);
    const sms = { ...world.outbox, sendActivationCode: () => Promise.reject(new SendUncertain()) };
    expect(await failure(register({ ...world.parts, sms }, { ...person, phone }))).to.equal(
      "SMS_UNAVAILABLE",
    );
    expect(await world.parts.users.findByPhone(null, phone)).to.equal(null);
    expect(await failure(register(world.parts, { ...person, phone }))).to.equal("RATE_LIMITED");
  });

  it("registers one number in 14 spellings once, of as many callers in two processes, with one SMS", async () => {
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
    const processes = [world.parts, world.anotherProcess()];
    const results = await atOnce(spellings.length, (index) =>
      register(processes[index % 2]!, { ...person, phone: spellings[index]! }),
    );
    expect(results.filter((result) => result === undefined)).to.have.length(1);
    expect(results.filter((result) => result === "PHONE_TAKEN")).to.have.length(13);
    expect(world.outbox.to(phone)).to.have.length(1);
  });
});
