import { expect } from "chai";
import { activate } from "../../src/auth/activate.js";
import { register } from "../../src/auth/register.js";
import { resendCode } from "../../src/auth/resend-code.js";
import { DomainError } from "../../src/errors.js";
import { SmsDeliveryUnknownError } from "../../src/sms/sms-gateway.js";
import {
  activeUser,
  atOnce,
  failure,
  newPhone,
  person,
  registered,
  useTestContext,
} from "../support/test-context.js";

describe("resend-code", () => {
  const context = useTestContext();

  it("sends a new code a minute after the registration's, and kills the earlier one", async () => {
    const phone = await registered(context);
    const first = context.outbox.codeFor(phone);
    context.clock.advance(60);
    await resendCode(context.app, { phone });
    const second = context.outbox.codeFor(phone);
    expect(context.outbox.to(phone)).to.have.length(2);
    if (first !== second) {
      expect(await failure(activate(context.app, { phone, code: first }))).to.equal("CODE_INCORRECT");
    }
    expect((await activate(context.app, { phone, code: second })).isActive).to.equal(true);
  });

  it("refuses a second code within a minute, and says how long to wait", async () => {
    const phone = await registered(context);
    context.clock.advance(20);
    const error = await resendCode(context.app, { phone }).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(DomainError);
    expect(error).to.include({ reason: "RATE_LIMITED", retryAfterSeconds: 40 });
  });

  it("lets five codes leave in 24 hours, the registration's included", async () => {
    const phone = await registered(context);
    for (let sends = 2; sends <= 5; sends += 1) {
      context.clock.advance(60);
      await resendCode(context.app, { phone });
    }
    context.clock.advance(60);
    expect(await failure(resendCode(context.app, { phone }))).to.equal("RATE_LIMITED");
    context.clock.advance(86_400);
    await resendCode(context.app, { phone });
    expect(context.outbox.to(phone)).to.have.length(6);
  });

  it("gives a locked account a new code", async () => {
    const phone = await registered(context);
    for (let attempt = 1; attempt <= 6; attempt += 1) {
      await failure(activate(context.app, { phone, code: "x" }));
    }
    context.clock.advance(60);
    await resendCode(context.app, { phone });
    const user = await activate(context.app, { phone, code: context.outbox.codeFor(phone) });
    expect(user.isActive).to.equal(true);
  });

  it("answers an unknown phone as if it had sent, and sends nothing", async () => {
    const phone = newPhone();
    await resendCode(context.app, { phone });
    expect(context.outbox.to(phone)).to.deep.equal([]);
  });

  it("refuses an active account", async () => {
    const { phone } = await activeUser(context);
    expect(await failure(resendCode(context.app, { phone }))).to.equal("ALREADY_ACTIVE");
  });

  it("keeps the earlier code and counts nothing when the SMS can't be sent", async () => {
    const phone = await registered(context);
    const code = context.outbox.codeFor(phone);
    context.clock.advance(60);
    context.outbox.failing = true;
    expect(await failure(resendCode(context.app, { phone }))).to.equal("SMS_UNAVAILABLE");
    context.outbox.failing = false;
    expect(await failure(activate(context.app, { phone, code: "x" }))).to.equal("CODE_INCORRECT");
    expect((await activate(context.app, { phone, code })).isActive).to.equal(true);
  });

  it("counts a code that may have left although no answer came", async () => {
    const phone = await registered(context);
    context.clock.advance(60);
    const sms = {
      ...context.outbox,
      sendActivationCode: () => Promise.reject(new SmsDeliveryUnknownError()),
    };
    expect(await failure(resendCode({ ...context.app, sms }, { phone }))).to.equal("SMS_UNAVAILABLE");
    expect(await failure(resendCode(context.app, { phone }))).to.equal("RATE_LIMITED");
    expect((await activate(context.app, { phone, code: context.outbox.codeFor(phone) })).isActive).to.equal(
      true,
    );
  });

  it("sends again at once what certainly did not leave", async () => {
    const phone = await registered(context);
    context.clock.advance(60);
    context.outbox.failing = true;
    expect(await failure(resendCode(context.app, { phone }))).to.equal("SMS_UNAVAILABLE");
    context.outbox.failing = false;
    await resendCode(context.app, { phone });
    expect(context.outbox.to(phone)).to.have.length(2);
  });

  it("answers an account that is gone since it was looked up as if it had sent", async () => {
    const phone = await registered(context);
    context.clock.advance(601);
    const stale = await context.app.users.findByPhone(null, phone);
    await context.app.registrations.removeAbandoned(null, phone, context.clock.now());
    const users = { ...context.app.users, findByPhone: async () => stale };
    await resendCode({ ...context.app, users }, { phone });
    expect(context.outbox.to(phone)).to.have.length(1);
  });

  it("and a registration of the same number never wait for each other", async () => {
    for (let round = 0; round < 8; round += 1) {
      const phone = await registered(context);
      context.clock.advance(601);
      const results = await atOnce(3, (index) =>
        index === 0 ? register(context.app, { ...person, phone }) : resendCode(context.app, { phone }),
      );
      for (const result of results) expect(result).to.be.oneOf([undefined, "RATE_LIMITED", "PHONE_TAKEN"]);
      expect(context.outbox.to(phone)).to.have.length(2);
    }
  });

  it("sends one code for 20 callers at once in two processes", async () => {
    const phone = await registered(context);
    context.clock.advance(60);
    const processes = [context.app, context.anotherProcess()];
    const results = await atOnce(20, (index) => resendCode(processes[index % 2]!, { phone }));
    expect(results.filter((result) => result === undefined)).to.have.length(1);
    expect(results.filter((result) => result === "RATE_LIMITED")).to.have.length(19);
    expect(context.outbox.to(phone)).to.have.length(2);
  });
});
