import { expect } from "chai";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { recordSecret } from "../support/log.js";
import { generousLimits, useTestService } from "../support/service.js";
import { newPhone, testPassword } from "../support/test-context.js";
import { accepted, expectRefusal, type FlowClient, useAllClients } from "./all-protocols.js";

const { register, activate, resendCode } = AuthService.method;

describe("activation codes that arrive late", () => {
  const service = useTestService({ environment: { ...generousLimits, TRUSTED_PROXIES: "127.0.0.1" } });
  const protocols = useAllClients(service);

  /** Registers, and asks for a new code each minute until three different ones were sent. */
  async function threeCodes(client: FlowClient): Promise<{ phone: string; codes: string[] }> {
    const { context } = service;
    const phone = newPhone();
    await addEntry(context.app, { phone, notes: "", isActive: true, actor: null });
    const passwords = { password: testPassword, password_confirm: testPassword };
    await accepted(client.call(register, { phone, first_name: "J", last_name: "D", ...passwords }));
    const codes = [context.outbox.codeFor(phone)];
    while (codes.length < 3) {
      context.clock.advance(60);
      await accepted(client.call(resendCode, { phone }));
      codes.push(context.outbox.codeFor(phone));
    }
    return new Set(codes).size === 3 ? { phone, codes } : threeCodes(client);
  }

  for (const index of [0, 1, 2]) {
    it(`work when code ${index + 1} of three is typed, over every protocol`, async () => {
      for (const protocol of protocols) {
        const { phone, codes } = await threeCodes(protocol);
        await accepted(protocol.call(activate, { phone, code: codes[index]! }));
      }
    });
  }

  it("are locked by five wrong ones over all, and a new one alone works then, over every protocol", async () => {
    for (const protocol of protocols) {
      const { phone, codes } = await threeCodes(protocol);
      const wrong = { phone, code: "x" };
      for (let attempt = 1; attempt <= 5; attempt += 1) {
        await expectRefusal(protocol.call(activate, wrong), "CODE_INCORRECT");
      }
      for (const code of codes) await expectRefusal(protocol.call(activate, { phone, code }), "CODE_LOCKED");
      service.context.clock.advance(60);
      await accepted(protocol.call(resendCode, { phone }));
      const code = service.context.outbox.codeFor(phone);
      if (!codes.includes(code)) {
        await expectRefusal(protocol.call(activate, { phone, code: codes[2]! }), "CODE_INCORRECT");
      }
      await accepted(protocol.call(activate, { phone, code }));
    }
  });

  it("are not for strangers beyond 25 attempts in 24 hours, over every protocol", async () => {
    const { registrations } = service.context.testDatabase.database.models;
    for (const protocol of protocols) {
      const { phone, codes } = await threeCodes(protocol);
      const stranger = protocol.at("203.0.113.66");
      for (let made = 0; made < 25; made += 1) {
        // A lock would refuse them before.
        await registrations.update({ other_attempts: 0 }, { where: { phone }, transaction: null });
        await expectRefusal(stranger.call(activate, { phone, code: "x" }), "CODE_INCORRECT");
      }
      await registrations.update({ other_attempts: 0 }, { where: { phone }, transaction: null });
      const { header } = await expectRefusal(
        stranger.call(activate, { phone, code: codes[2]! }),
        "RATE_LIMITED",
      );
      expect(header.get("x-ratelimit-limit")).to.equal("25");
      expect(Number(header.get("retry-after"))).to.equal(86_400);
      await accepted(protocol.call(activate, { phone, code: codes[2]! }));
    }
  });
});

describe("activation where clients must send their registration", () => {
  const service = useTestService({
    environment: { ...generousLimits, ACTIVATION_NEEDS_REGISTRATION: "true" },
  });
  const protocols = useAllClients(service);

  it("names the missing field over every protocol, and accepts a client that sends it", async () => {
    const { context } = service;
    for (const protocol of protocols) {
      const phone = newPhone();
      await addEntry(context.app, { phone, notes: "", isActive: true, actor: null });
      const passwords = { password: testPassword, password_confirm: testPassword };
      const registered = protocol.call(register, { phone, first_name: "J", last_name: "D", ...passwords });
      const { registration } = (await accepted(registered)).challenge as { registration: string };
      recordSecret(registration);
      const code = context.outbox.codeFor(phone);
      for (const call of [protocol.call(activate, { phone, code }), protocol.call(resendCode, { phone })]) {
        const { fields } = await expectRefusal(call, "INVALID_REQUEST");
        expect(fields).to.have.all.keys("registration");
      }
      await accepted(protocol.call(activate, { phone, code, registration }));
    }
  });
});
