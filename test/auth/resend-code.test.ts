import { expect } from "chai";
import { activate } from "../../src/auth/activate.js";
import { register } from "../../src/auth/register.js";
import { resendCode } from "../../src/auth/resend-code.js";
import { DomainError } from "../../src/errors.js";
import { SendUncertain } from "../../src/sms/sms-gateway.js";
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

describe("resend-code", () => {
  let world: TestWorld;
  before(async () => {
    world = await testWorld();
  });
  after(() => world.close());

  it("sends a new code a minute after the registration's, and kills the earlier one", async () => {
    const phone = await registered(world);
    const first = world.outbox.codeFor(phone);
    world.clock.advance(60);
    await resendCode(world.parts, { phone });
    const second = world.outbox.codeFor(phone);
    expect(world.outbox.to(phone)).to.have.length(2);
    if (first !== second) {
      expect(await failure(activate(world.parts, { phone, code: first }))).to.equal("CODE_INCORRECT");
    }
    expect((await activate(world.parts, { phone, code: second })).isActive).to.equal(true);
  });

  it("refuses a second code within a minute, and says how long to wait", async () => {
    const phone = await registered(world);
    world.clock.advance(20);
    const error = await resendCode(world.parts, { phone }).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(DomainError);
    expect(error).to.include({ reason: "RATE_LIMITED", retryAfterSeconds: 40 });
  });

  it("lets five codes leave in 24 hours, the registration's included", async () => {
    const phone = await registered(world);
    for (let sends = 2; sends <= 5; sends += 1) {
      world.clock.advance(60);
      await resendCode(world.parts, { phone });
    }
    world.clock.advance(60);
    expect(await failure(resendCode(world.parts, { phone }))).to.equal("RATE_LIMITED");
    world.clock.advance(86_400);
    await resendCode(world.parts, { phone });
    expect(world.outbox.to(phone)).to.have.length(6);
  });

  it("gives a locked account a new code", async () => {
    const phone = await registered(world);
    for (let attempt = 1; attempt <= 6; attempt += 1) {
      await failure(activate(world.parts, { phone, code: "x" }));
    }
    world.clock.advance(60);
    await resendCode(world.parts, { phone });
    const user = await activate(world.parts, { phone, code: world.outbox.codeFor(phone) });
    expect(user.isActive).to.equal(true);
  });

  it("answers an unknown phone as if it had sent, and sends nothing", async () => {
    const phone = newPhone();
    await resendCode(world.parts, { phone });
    expect(world.outbox.to(phone)).to.deep.equal([]);
  });

  it("refuses an active account", async () => {
    const { phone } = await activeUser(world);
    expect(await failure(resendCode(world.parts, { phone }))).to.equal("ALREADY_ACTIVE");
  });

  it("keeps the earlier code and counts nothing when the SMS can't be sent", async () => {
    const phone = await registered(world);
    const code = world.outbox.codeFor(phone);
    world.clock.advance(60);
    world.outbox.failing = true;
    expect(await failure(resendCode(world.parts, { phone }))).to.equal("SMS_UNAVAILABLE");
    world.outbox.failing = false;
    expect(await failure(activate(world.parts, { phone, code: "x" }))).to.equal("CODE_INCORRECT");
    expect((await activate(world.parts, { phone, code })).isActive).to.equal(true);
  });

  it("counts a code that may have left although no answer came", async () => {
    const phone = await registered(world);
    world.clock.advance(60);
    const sms = { ...world.outbox, sendActivationCode: () => Promise.reject(new SendUncertain()) };
    expect(await failure(resendCode({ ...world.parts, sms }, { phone }))).to.equal("SMS_UNAVAILABLE");
    expect(await failure(resendCode(world.parts, { phone }))).to.equal("RATE_LIMITED");
    expect((await activate(world.parts, { phone, code: world.outbox.codeFor(phone) })).isActive).to.equal(
      true,
    );
  });

  it("sends again at once what certainly did not leave", async () => {
    const phone = await registered(world);
    world.clock.advance(60);
    world.outbox.failing = true;
    expect(await failure(resendCode(world.parts, { phone }))).to.equal("SMS_UNAVAILABLE");
    world.outbox.failing = false;
    await resendCode(world.parts, { phone });
    expect(world.outbox.to(phone)).to.have.length(2);
  });

  it("answers an account that is gone since it was looked up as if it had sent", async () => {
    const phone = await registered(world);
    world.clock.advance(601);
    const stale = await world.parts.users.findByPhone(null, phone);
    await world.parts.registrations.removeAbandoned(null, phone, world.clock.now());
    const users = { ...world.parts.users, findByPhone: async () => stale };
    await resendCode({ ...world.parts, users }, { phone });
    expect(world.outbox.to(phone)).to.have.length(1);
  });

  it("and a registration of the same number never wait for each other", async () => {
    for (let round = 0; round < 8; round += 1) {
      const phone = await registered(world);
      world.clock.advance(601);
      const results = await atOnce(3, (index) =>
        index === 0 ? register(world.parts, { ...person, phone }) : resendCode(world.parts, { phone }),
      );
      for (const result of results) expect(result).to.be.oneOf([undefined, "RATE_LIMITED", "PHONE_TAKEN"]);
      expect(world.outbox.to(phone)).to.have.length(2);
    }
  });

  it("sends one code for 20 callers at once in two processes", async () => {
    const phone = await registered(world);
    world.clock.advance(60);
    const processes = [world.parts, world.anotherProcess()];
    const results = await atOnce(20, (index) => resendCode(processes[index % 2]!, { phone }));
    expect(results.filter((result) => result === undefined)).to.have.length(1);
    expect(results.filter((result) => result === "RATE_LIMITED")).to.have.length(19);
    expect(world.outbox.to(phone)).to.have.length(2);
  });
});
