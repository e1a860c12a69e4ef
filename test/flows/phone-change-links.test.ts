import { expect } from "chai";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { generousLimits, useTestService } from "../support/service.js";
import { activeUser, newPhone, testPassword } from "../support/test-context.js";
import { accepted, expectRefusal, type FlowClient, useAllClients } from "./all-protocols.js";

const { register, login, refreshToken, requestPasswordReset, confirmPasswordReset } = AuthService.method;
const { getProfile, requestPhoneChange, confirmPhoneChange, cancelPhoneChange } = ProfileService.method;

const newPassword = "Nouveau-Secret-9";
const names = { first_name: "Ada", last_name: "Doe" };
const passwords = { password: testPassword, password_confirm: testPassword };

interface Tokens {
  access: string;
  refresh: string;
}

describe("a thief who knows the password", () => {
  const service = useTestService({ environment: { ...generousLimits, TRUSTED_PROXIES: "127.0.0.1" } });
  const protocols = useAllClients(service);
  before(() => service.context.passTime(0));

  async function allowedPhone(): Promise<string> {
    const phone = newPhone();
    await addEntry(service.context.app, { phone, notes: "", isActive: true, actor: null });
    return phone;
  }

  const proofFor = (phone: string) => ({
    token: service.context.outbox.tokenFor(phone),
    code: service.context.outbox.codeFor(phone),
  });

  async function signIn(client: FlowClient, phone: string, password = testPassword): Promise<Tokens> {
    const { tokens } = await accepted(client.call(login, { phone, password }));
    return tokens as unknown as Tokens;
  }

  /** A thief who has signed in to an account and asked for a number of theirs. */
  async function theft(protocol: FlowClient) {
    const { phone } = await activeUser(service.context);
    const wanted = await allowedPhone();
    const owner = protocol.at("198.51.100.7");
    const thief = protocol.at("203.0.113.66");
    const stolen = await signIn(thief, phone);
    await accepted(thief.call(requestPhoneChange, { new_phone: wanted }, stolen.access));
    await service.context.settle();
    return { phone, wanted, owner, thief, stolen, proof: proofFor(wanted) };
  }

  const cancelLink = (phone: string) => ({ token: service.context.outbox.cancelTokenFor(phone) });

  it("does not change the number once its owner has stopped it", async () => {
    for (const protocol of protocols) {
      const { phone, owner, thief, stolen, proof } = await theft(protocol);
      const { access } = await signIn(owner, phone);
      await accepted(owner.call(cancelPhoneChange, cancelLink(phone)));
      await expectRefusal(thief.call(confirmPhoneChange, proof, stolen.access), "LINK_REJECTED");
      await expectRefusal(owner.call(cancelPhoneChange, cancelLink(phone)), "LINK_REJECTED");
      await accepted(owner.call(getProfile, {}, access));
    }
  });

  it("loses number, sessions and password to the owner who undoes the change", async () => {
    for (const protocol of protocols) {
      const { phone, wanted, owner, thief, stolen, proof } = await theft(protocol);
      await accepted(thief.call(confirmPhoneChange, proof, stolen.access));
      await service.context.settle();
      await accepted(owner.call(cancelPhoneChange, cancelLink(phone)));

      await expectRefusal(thief.call(getProfile, {}, stolen.access), "UNAUTHENTICATED");
      await expectRefusal(thief.call(refreshToken, { refresh: stolen.refresh }), "REFRESH_REJECTED");
      for (const number of [phone, wanted]) {
        await expectRefusal(
          thief.call(login, { phone: number, password: testPassword }),
          "CREDENTIALS_REJECTED",
        );
      }
      await accepted(owner.call(requestPasswordReset, { phone }));
      await service.context.settle();
      const reset = { new_password: newPassword, new_password_confirm: newPassword };
      await accepted(owner.call(confirmPasswordReset, { ...proofFor(phone), ...reset }));
      const { access } = await signIn(owner, phone, newPassword);
      const { user } = await accepted(owner.call(getProfile, {}, access));
      expect(user).to.include({ phone });
    }
  });

  it("can put the old number out of its owner's reach neither by another change nor by an account on it", async () => {
    for (const protocol of protocols) {
      const { phone, owner, thief, stolen, proof } = await theft(protocol);
      await accepted(thief.call(confirmPhoneChange, proof, stolen.access));
      await service.context.settle();
      const another = { new_phone: await allowedPhone(), current_password: testPassword };
      const refused = await expectRefusal(
        thief.call(requestPhoneChange, another, stolen.access),
        "RATE_LIMITED",
      );
      expect(Number(refused.header.get("retry-after"))).to.be.within(86_000, 86_400);
      await expectRefusal(thief.call(register, { phone, ...names, ...passwords }), "PHONE_TAKEN");
      const accomplice = await activeUser(service.context);
      const { access } = await signIn(thief, accomplice.phone);
      await expectRefusal(thief.call(requestPhoneChange, { new_phone: phone }, access), "PHONE_TAKEN");
      await accepted(owner.call(cancelPhoneChange, cancelLink(phone)));
    }
  });
});
