import { expect } from "chai";
import { traceGateway } from "../../src/sms/trace-gateway.js";
import { createTwilioGateway } from "../../src/sms/twilio-gateway.js";
import { testLogger } from "../support/log.js";
import { rejectionReason } from "../support/rejection.js";
import { newPhone } from "../support/test-context.js";
import { recordWork } from "../telemetry/traced-work.js";
import { type FakeTwilio, refused, startFakeTwilio } from "./fake-twilio.js";

describe("traced SMS gateway", () => {
  let twilio: FakeTwilio;
  before(async () => {
    twilio = await startFakeTwilio();
  });
  after(() => twilio.close());

  async function createGateway() {
    const account = { accountSid: "AC123", authToken: "token", fromNumber: "+15005550006" };
    const gateway = await createTwilioGateway({ account, logger: testLogger(), baseUrl: twilio.baseUrl });
    const recorder = recordWork();
    return { gateway: traceGateway(gateway, recorder, "api.twilio.com"), spans: recorder.spans };
  }

  it("has a span of each message with its kind, and nothing else of it", async () => {
    const { gateway, spans } = await createGateway();
    const phone = newPhone();
    await gateway.sendActivationCode(phone, "123456");
    await gateway.sendVerificationCode(phone, "123456", "password_reset");
    await gateway.sendConfirmation(phone, "phone_change");
    await gateway.sendNotice(phone, "password_change", "a notice");
    await gateway.sendGuessingNotice(phone);
    expect(await gateway.isAvailable()).to.equal(false);
    const kinds = ["activation", "password_reset", "confirmation", "notice", "notice"];
    expect(spans).to.deep.equal(
      kinds.map((kind) => ({
        name: "send SMS",
        attributes: { "waterbill.sms.kind": kind, "server.address": "api.twilio.com" },
      })),
    );
  });

  it("says why a message was not sent", async () => {
    const { gateway, spans } = await createGateway();
    twilio.respond = refused(400, 21211);
    expect(await rejectionReason(gateway.sendActivationCode(newPhone(), "123456"))).to.equal("PHONE_INVALID");
    expect(spans[0]!.failure).to.deep.equal({ "error.type": "PHONE_INVALID" });
  });

  it("does not tell the provider about the trace", async () => {
    const { gateway } = await createGateway();
    await gateway.isAvailable();
    expect(twilio.requests.at(-1)!.headers).not.to.have.any.keys("traceparent", "tracestate");
  });
});
