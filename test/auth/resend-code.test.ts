import { expect } from "chai";
import { activate } from "../../src/auth/activate.js";
import { register } from "../../src/auth/register.js";
import { resendCode } from "../../src/auth/resend-code.js";
import { DomainError } from "../../src/errors.js";
import { SmsDeliveryUnknownError } from "../../src/sms/sms-gateway.js";
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

describe("resendCode", () => {
  const context = useTestContext();

  const correct = async (phone: string, code: string) =>
    (await rejectionReason(activate(context.app, { ...caller, phone, code })).catch(() => "activated")) ===
    "activated";

  /** Registers, and sends a new code each minute until there are `count` different ones. */
  async function codes(count: number): Promise<{ phone: string; sent: string[] }> {
    const phone = await registered(context);
    const sent = [context.outbox.codeFor(phone)];
    while (sent.length < count) {
      context.clock.advance(60);
      await resendCode(context.app, { ...caller, phone });
      sent.push(context.outbox.codeFor(phone));
    }
    return new Set(sent).size === count ? { phone, sent } : codes(count);
  }

  it("sends a new code a minute after the first one", async () => {
    const { phone } = await codes(2);
    expect(context.outbox.to(phone)).to.have.length(2);
  });

  for (const index of [0, 1, 2]) {
    it(`leaves code ${index + 1} of three working`, async () => {
      const { phone, sent } = await codes(3);
      expect(await correct(phone, sent[index]!)).to.equal(true);
    });
  }

  it("voids the first of four codes", async () => {
    const { phone, sent } = await codes(4);
    expect(await correct(phone, sent[0]!)).to.equal(false);
    expect(await correct(phone, sent[1]!)).to.equal(true);
  });

  it("lets each code expire ten minutes after it was sent", async () => {
    const { phone, sent } = await codes(2);
    context.clock.advance(540);
    expect(await correct(phone, sent[0]!)).to.equal(false);
    expect(await correct(phone, sent[1]!)).to.equal(true);
  });

  it("leaves five wrong attempts over all codes, then a new code alone works", async () => {
    const { phone, sent } = await codes(2);
    const wrong = { ...caller, phone, code: "x" };
    for (let attempt = 1; attempt <= 3; attempt += 1) await rejectionReason(activate(context.app, wrong));
    context.clock.advance(60);
    await resendCode(context.app, { ...caller, phone });
    for (let attempt = 4; attempt <= 5; attempt += 1) await rejectionReason(activate(context.app, wrong));
    for (const code of [...sent, context.outbox.codeFor(phone)]) {
      expect(await rejectionReason(activate(context.app, { ...caller, phone, code }))).to.equal(
        "CODE_LOCKED",
      );
    }
    context.clock.advance(60);
    const challenge = await resendCode(context.app, { ...caller, phone });
    expect(challenge.attemptsLeft).to.equal(5);
    expect(await correct(phone, sent[1]!)).to.equal(false);
    expect(await correct(phone, context.outbox.codeFor(phone))).to.equal(true);
  });

  it("counts attempts anew for a code that is sent when all others have expired", async () => {
    const phone = await registered(context);
    await rejectionReason(activate(context.app, { ...caller, phone, code: "x" }));
    context.clock.advance(601);
    expect((await resendCode(context.app, { ...caller, phone })).attemptsLeft).to.equal(5);
  });

  it("refuses a second code within a minute and returns how long to wait", async () => {
    const phone = await registered(context);
    context.clock.advance(20);
    const error = await rejection(resendCode(context.app, { ...caller, phone }));
    expect(error).to.be.instanceOf(DomainError);
    expect(error).to.include({ reason: "RATE_LIMITED", retryAfterSeconds: 40 });
  });

  it("sends at most five codes in 24 hours, the first one included", async () => {
    const phone = await registered(context);
    for (let sends = 2; sends <= 5; sends += 1) {
      context.clock.advance(60);
      await resendCode(context.app, { ...caller, phone });
    }
    context.clock.advance(60);
    expect(await rejectionReason(resendCode(context.app, { ...caller, phone }))).to.equal("RATE_LIMITED");
    context.clock.advance(86_399 - 5 * 60);
    expect(await rejectionReason(resendCode(context.app, { ...caller, phone }))).to.equal("RATE_LIMITED");
    expect(context.outbox.to(phone)).to.have.length(5);
  });

  it("sends a new code to a locked account", async () => {
    const phone = await registered(context);
    for (let attempt = 1; attempt <= 6; attempt += 1) {
      await rejectionReason(activate(context.app, { ...caller, phone, code: "x" }));
    }
    context.clock.advance(60);
    await resendCode(context.app, { ...caller, phone });
    const user = await activate(context.app, { ...caller, phone, code: context.outbox.codeFor(phone) });
    expect(user.isActive).to.equal(true);
  });

  it("succeeds for an unknown phone, and sends nothing", async () => {
    const phone = newPhone();
    await resendCode(context.app, { ...caller, phone });
    expect(context.outbox.to(phone)).to.deep.equal([]);
  });

  it("refuses an active account", async () => {
    const { phone } = await activeUser(context);
    expect(await rejectionReason(resendCode(context.app, { ...caller, phone }))).to.equal("ALREADY_ACTIVE");
  });

  it("keeps the earlier code valid and counts nothing when the SMS can't be sent", async () => {
    const phone = await registered(context);
    const code = context.outbox.codeFor(phone);
    context.clock.advance(60);
    context.outbox.failing = true;
    expect(await rejectionReason(resendCode(context.app, { ...caller, phone }))).to.equal("SMS_UNAVAILABLE");
    context.outbox.failing = false;
    expect(await rejectionReason(activate(context.app, { ...caller, phone, code: "x" }))).to.equal(
      "CODE_INCORRECT",
    );
    expect((await activate(context.app, { ...caller, phone, code })).isActive).to.equal(true);
  });

  it("counts a code that may have been sent although the gateway did not respond", async () => {
    const phone = await registered(context);
    context.clock.advance(60);
    const sms = {
      ...context.outbox,
      sendActivationCode: () => Promise.reject(new SmsDeliveryUnknownError()),
    };
    expect(await rejectionReason(resendCode({ ...context.app, sms }, { ...caller, phone }))).to.equal(
      "SMS_UNAVAILABLE",
    );
    expect(await rejectionReason(resendCode(context.app, { ...caller, phone }))).to.equal("RATE_LIMITED");
    expect(
      (await activate(context.app, { ...caller, phone, code: context.outbox.codeFor(phone) })).isActive,
    ).to.equal(true);
  });

  it("sends again at once after a code that was certainly not sent", async () => {
    const phone = await registered(context);
    context.clock.advance(60);
    context.outbox.failing = true;
    expect(await rejectionReason(resendCode(context.app, { ...caller, phone }))).to.equal("SMS_UNAVAILABLE");
    context.outbox.failing = false;
    await resendCode(context.app, { ...caller, phone });
    expect(context.outbox.to(phone)).to.have.length(2);
  });

  it("succeeds for a registration that was removed after it was looked up", async () => {
    const phone = await registered(context);
    context.clock.advance(601);
    const { activations } = context.app;
    const removing = {
      ...activations,
      async find(...args: Parameters<typeof activations.find>) {
        const found = await activations.find(...args);
        await context.app.database.transaction((tx) => context.app.registrations.removeAll(tx, phone));
        return found;
      },
    };
    await resendCode({ ...context.app, activations: removing }, { ...caller, phone });
    expect(context.outbox.to(phone)).to.have.length(1);
  });

  it("does not deadlock with a registration of the same number", async () => {
    for (let round = 0; round < 8; round += 1) {
      const phone = await registered(context);
      context.clock.advance(601);
      const results = await atOnce(3, (index) =>
        index === 0
          ? register(context.app, { ...person, phone })
          : resendCode(context.app, { ...caller, phone }),
      );
      for (const result of results) {
        if (typeof result === "string") expect(result).to.be.oneOf(["RATE_LIMITED", "PHONE_TAKEN"]);
      }
      expect(context.outbox.to(phone)).to.have.length(2);
    }
  });

  it("sends one code for 20 concurrent callers in two processes", async () => {
    const phone = await registered(context);
    context.clock.advance(60);
    const processes = [context.app, context.anotherProcess()];
    const results = await atOnce(20, (index) => resendCode(processes[index % 2]!, { ...caller, phone }));
    expect(results.filter((result) => typeof result === "object")).to.have.length(1);
    expect(results.filter((result) => result === "RATE_LIMITED")).to.have.length(19);
    expect(context.outbox.to(phone)).to.have.length(2);
  });
});
