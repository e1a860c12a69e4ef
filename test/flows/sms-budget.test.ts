import { expect } from "chai";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { generousLimits, useTestService } from "../support/service.js";
import { activeUser, newPhone, testPassword } from "../support/test-context.js";
import { accepted, expectRefusal, useAllClients } from "./all-protocols.js";

const { register, login, requestPasswordReset, confirmPasswordReset } = AuthService.method;
const { requestPasswordChange } = ProfileService.method;

describe("the SMS budget", () => {
  const service = useTestService({
    environment: {
      ...generousLimits,
      TRUSTED_PROXIES: "127.0.0.1",
      SMS_BUDGET: "total=1000/hour;country=1000/hour;address=10/hour",
    },
  });
  const protocols = useAllClients(service);
  const passwords = { password: testPassword, password_confirm: testPassword };

  it("stops an address that has codes sent to number after number, and leaves owners theirs", async () => {
    const { context } = service;
    for (const [index, protocol] of protocols.entries()) {
      const attacker = protocol.at(`203.0.113.${index}`);
      const registration = async () => {
        const phone = newPhone();
        await addEntry(context.app, { phone, notes: "", isActive: true, actor: null });
        return { phone, first_name: "Ada", last_name: "Doe", ...passwords };
      };
      // Four fifths of the ten.
      for (let count = 0; count < 8; count += 1)
        await accepted(attacker.call(register, await registration()));
      const refused = await registration();
      await expectRefusal(attacker.call(register, refused), "SMS_UNAVAILABLE");
      expect(context.outbox.to(refused.phone), protocol.name).to.deep.equal([]);
      await accepted(protocol.at(`198.51.100.${index}`).call(register, refused));

      // The owner behind the same address, whose number is proved.
      const { phone } = await activeUser(context);
      const { tokens } = await accepted(attacker.call(login, { phone, password: testPassword }));
      const { access } = tokens as { access: string };
      const change = { current_password: testPassword };
      await accepted(attacker.call(requestPasswordChange, change, access));
      await accepted(attacker.call(requestPasswordReset, { phone }));
      await context.settle();
      const proof = { token: context.outbox.tokenFor(phone), code: context.outbox.codeFor(phone) };
      const renewed = { new_password: "Nouveau-Secret-9", new_password_confirm: "Nouveau-Secret-9" };
      await accepted(attacker.call(confirmPasswordReset, { ...proof, ...renewed }));
    }
  });
});

describe("paused SMS", () => {
  const service = useTestService({ environment: { ...generousLimits, SMS_PAUSED: "true" } });
  const protocols = useAllClients(service);

  it("make a registration fail with SMS_UNAVAILABLE, and nothing remains of it", async () => {
    const { context } = service;
    for (const protocol of protocols) {
      const phone = newPhone();
      await addEntry(context.app, { phone, notes: "", isActive: true, actor: null });
      const passwords = { password: testPassword, password_confirm: testPassword };
      const input = { phone, first_name: "Ada", last_name: "Doe", ...passwords };
      await expectRefusal(protocol.call(register, input), "SMS_UNAVAILABLE");
      await expectRefusal(protocol.call(register, input), "SMS_UNAVAILABLE");
      expect(context.outbox.to(phone)).to.deep.equal([]);
    }
  });
});
