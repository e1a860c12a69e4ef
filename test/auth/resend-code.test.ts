import { expect } from "chai";
import { activate } from "../../src/auth/activate.js";
import { register } from "../../src/auth/register.js";
import { resendCode } from "../../src/auth/resend-code.js";
import { DomainError } from "../../src/errors.js";
import { SmsDeliveryUnknownError } from "../../src/sms/sms-gateway.js";
import { rejection, rejectionReason } from "../support/rejection.js";
import { activeUser, atOnce, newPhone, person, registered, useTestContext } from "../support/test-context.js";

describe("resendCode", () => {
  const context = useTestContext();

  it("sends a new code a minute after the first one, and voids the first one", async () => {
    const phone = await registered(context);
    const first = context.outbox.codeFor(phone);
    context.clock.advance(60);
    await resendCode(context.app, { phone });
    const second = context.outbox.codeFor(phone);
    expect(context.outbox.to(phone)).to.have.length(2);
    if (first !== second) {
      expect(await rejectionReason(activate(context.app, { phone, code: first }))).to.equal("CODE_INCORRECT");
    }
    expect((await activate(context.app, { phone, code: second })).isActive).to.equal(true);
  });

  it("refuses a second code within a minute and returns how long to wait", async () => {
    const phone = await registered(context);
    context.clock.advance(20);
    const error = await rejection(resendCode(context.app, { phone }));
    expect(error).to.be.instanceOf(DomainError);
    expect(error).to.include({ reason: "RATE_LIMITED", retryAfterSeconds: 40 });
  });

  it("sends at most five codes in 24 hours, the first one included", async () => {
    const phone = await registered(context);
    for (let sends = 2; sends <= 5; sends += 1) {
      context.clock.advance(60);
      await resendCode(context.app, { phone });
    }
    context.clock.advance(60);
    expect(await rejectionReason(resendCode(context.app, { phone }))).to.equal("RATE_LIMITED");
    context.clock.advance(86_400);
    await resendCode(context.app, { phone });
    expect(context.outbox.to(phone)).to.have.length(6);
  });

  it("sends a new code to a locked account", async () => {
    const phone = await registered(context);
    for (let attempt = 1; attempt <= 6; attempt += 1) {
      await rejectionReason(activate(context.app, { phone, code: "x" }));
    }
    context.clock.advance(60);
    await resendCode(context.app, { phone });
    const user = await activate(context.app, { phone, code: context.outbox.codeFor(phone) });
    expect(user.isActive).to.equal(true);
  });

  it("succeeds for an unknown phone, and sends nothing", async () => {
    const phone = newPhone();
    await resendCode(context.app, { phone });
    expect(context.outbox.to(phone)).to.deep.equal([]);
  });

  it("refuses an active account", async () => {
    const { phone } = await activeUser(context);
    expect(await rejectionReason(resendCode(context.app, { phone }))).to.equal("ALREADY_ACTIVE");
  });

  it("keeps the earlier code valid and counts nothing when the SMS can't be sent", async () => {
    const phone = await registered(context);
    const code = context.outbox.codeFor(phone);
    context.clock.advance(60);
    context.outbox.failing = true;
    expect(await rejectionReason(resendCode(context.app, { phone }))).to.equal("SMS_UNAVAILABLE");
    context.outbox.failing = false;
    expect(await rejectionReason(activate(context.app, { phone, code: "x" }))).to.equal("CODE_INCORRECT");
    expect((await activate(context.app, { phone, code })).isActive).to.equal(true);
  });

  it("counts a code that may have been sent although the gateway did not respond", async () => {
    const phone = await registered(context);
    context.clock.advance(60);
    const sms = {
      ...context.outbox,
      sendActivationCode: () => Promise.reject(new SmsDeliveryUnknownError()),
    };
    expect(await rejectionReason(resendCode({ ...context.app, sms }, { phone }))).to.equal("SMS_UNAVAILABLE");
    expect(await rejectionReason(resendCode(context.app, { phone }))).to.equal("RATE_LIMITED");
    expect((await activate(context.app, { phone, code: context.outbox.codeFor(phone) })).isActive).to.equal(
      true,
    );
  });

  it("sends again at once after a code that was certainly not sent", async () => {
    const phone = await registered(context);
    context.clock.advance(60);
    context.outbox.failing = true;
    expect(await rejectionReason(resendCode(context.app, { phone }))).to.equal("SMS_UNAVAILABLE");
    context.outbox.failing = false;
    await resendCode(context.app, { phone });
    expect(context.outbox.to(phone)).to.have.length(2);
  });

  it("succeeds for an account that was removed after it was looked up", async () => {
    const phone = await registered(context);
    context.clock.advance(601);
    const stale = await context.app.users.findByPhone(null, phone);
    await context.app.registrations.removeAbandoned(null, phone, context.clock.now());
    const users = { ...context.app.users, findByPhone: async () => stale };
    await resendCode({ ...context.app, users }, { phone });
    expect(context.outbox.to(phone)).to.have.length(1);
  });

  it("does not deadlock with a registration of the same number", async () => {
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

  it("sends one code for 20 concurrent callers in two processes", async () => {
    const phone = await registered(context);
    context.clock.advance(60);
    const processes = [context.app, context.anotherProcess()];
    const results = await atOnce(20, (index) => resendCode(processes[index % 2]!, { phone }));
    expect(results.filter((result) => result === undefined)).to.have.length(1);
    expect(results.filter((result) => result === "RATE_LIMITED")).to.have.length(19);
    expect(context.outbox.to(phone)).to.have.length(2);
  });
});
