import { expect } from "chai";
import { DomainError } from "../../src/errors.js";
import { countSms } from "../../src/sms/count-sms.js";
import { SmsDeliveryUnknownError } from "../../src/sms/sms-gateway.js";
import { createOutbox } from "../support/outbox.js";
import { rejection } from "../support/rejection.js";

const PHONE = "+237670000001";

describe("counted messages", () => {
  it("are those of the gateway, by their kind", async () => {
    const counts: string[] = [];
    const outbox = createOutbox();
    const gateway = countSms(outbox, { smsEnded: (...counted) => void counts.push(counted.join(" ")) });
    await gateway.sendActivationCode(PHONE, "012345");
    await gateway.sendVerificationCode(PHONE, "012345", "phone_change", "https://waterbill.app/");
    await gateway.sendConfirmation(PHONE, "password_reset", "Details.");
    await gateway.sendNotice(PHONE, "phone_change", "Un texte.");
    await gateway.sendGuessingNotice(PHONE);
    expect(counts).to.deep.equal([
      "activation accepted",
      "phone_change accepted",
      "confirmation accepted",
      "notice accepted",
      "notice accepted",
    ]);
    expect(outbox.messages).to.have.length(5);
    expect(await gateway.isAvailable()).to.equal(await outbox.isAvailable());
  });

  it("have the outcome that their error tells, which is passed on", async () => {
    const counts: string[] = [];
    for (const error of [
      new DomainError("SMS_UNAVAILABLE"),
      new SmsDeliveryUnknownError(),
      new DomainError("PHONE_INVALID"),
      new Error("unexpected"),
    ]) {
      const failing = { ...createOutbox(), sendActivationCode: () => Promise.reject(error) };
      const gateway = countSms(failing, { smsEnded: (_, outcome) => void counts.push(outcome) });
      expect(await rejection(gateway.sendActivationCode(PHONE, "012345"))).to.equal(error);
    }
    expect(counts).to.deep.equal(["failed", "unknown", "invalid_number", "failed"]);
  });
});
