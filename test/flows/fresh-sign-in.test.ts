import { expect } from "chai";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { generousLimits, useTestService } from "../support/service.js";
import { activeUser, newPhone, testPassword } from "../support/test-context.js";
import { accepted, expectRefusal, type FlowClient, useAllClients } from "./all-protocols.js";

const { login, refreshToken } = AuthService.method;
const { getProfile, requestPhoneChange, confirmPhoneChange } = ProfileService.method;

interface Tokens {
  access: string;
  refresh: string;
}

describe("a stolen access token", () => {
  const service = useTestService({ environment: { ...generousLimits, TRUSTED_PROXIES: "127.0.0.1" } });
  const protocols = useAllClients(service);
  // The age of a session is the database's, so the clock starts at its time.
  before(() => service.context.passTime(0));

  /** An account, its owner, and a whitelisted number that a thief with the access token wants for it. */
  async function theft(protocol: FlowClient) {
    const { phone } = await activeUser(service.context);
    const wanted = newPhone();
    await addEntry(service.context.app, { phone: wanted, notes: "", isActive: true, actor: null });
    const owner = protocol.at("198.51.100.7");
    const thief = protocol.at("203.0.113.66");
    const signIn = async () =>
      (await accepted(owner.call(login, { phone, password: testPassword }))).tokens as unknown as Tokens;
    const ask = (client: FlowClient, access: string, password?: string) =>
      client.call(
        requestPhoneChange,
        { new_phone: wanted, ...(password !== undefined && { current_password: password }) },
        access,
      );
    return { phone, wanted, owner, thief, signIn, ask };
  }

  it("does not change the number of a session that signed in more than five minutes ago", async () => {
    for (const protocol of protocols) {
      const { wanted, owner, thief, signIn, ask } = await theft(protocol);
      const { access, refresh } = await signIn();
      await service.context.passTime(301);
      await Promise.all([
        expectRefusal(ask(thief, access), "REAUTHENTICATION_REQUIRED"),
        expectRefusal(ask(thief, access, ""), "REAUTHENTICATION_REQUIRED"),
        expectRefusal(ask(thief, access, "Attaquant-4242"), "CURRENT_PASSWORD_INCORRECT"),
        accepted(owner.call(getProfile, {}, access)),
        accepted(owner.call(refreshToken, { refresh })),
        signIn(),
      ]);
      expect(service.context.outbox.to(wanted)).to.deep.equal([]);
    }
  });

  it("gets no more from a refresh, which is no sign-in", async () => {
    for (const protocol of protocols) {
      const { owner, thief, signIn, ask } = await theft(protocol);
      const { refresh } = await signIn();
      await service.context.passTime(301);
      const renewed = (await accepted(owner.call(refreshToken, { refresh }))) as unknown as Tokens;
      await expectRefusal(ask(thief, renewed.access), "REAUTHENTICATION_REQUIRED");
    }
  });

  it("learns nothing about other numbers", async () => {
    for (const protocol of protocols) {
      const { thief, signIn } = await theft(protocol);
      const { access } = await signIn();
      const { phone: taken } = await activeUser(service.context);
      await service.context.passTime(301);
      for (const new_phone of [taken, newPhone()]) {
        const call = thief.call(requestPhoneChange, { new_phone }, access);
        await expectRefusal(call, "REAUTHENTICATION_REQUIRED");
      }
    }
  });

  it("is refused with a wrong password, also in a session that has just signed in", async () => {
    for (const protocol of protocols) {
      const { thief, signIn, ask } = await theft(protocol);
      const { access } = await signIn();
      const refused = await expectRefusal(ask(thief, access, "Attaquant-4242"), "CURRENT_PASSWORD_INCORRECT");
      expect(Object.keys(refused.fields)).to.deep.equal(["current_password"]);
    }
  });

  it("is not needed by the owner, who gives the password in an old session or signs in again", async () => {
    for (const protocol of protocols) {
      const { wanted, owner, signIn, ask } = await theft(protocol);
      const { access } = await signIn();
      await service.context.passTime(301);
      await accepted(ask(owner, access, testPassword));
      await service.context.passTime(60);
      const { access: fresh } = await signIn();
      await accepted(ask(owner, fresh));
      const { outbox } = service.context;
      const proof = { token: outbox.tokenFor(wanted), code: outbox.codeFor(wanted) };
      await accepted(owner.call(confirmPhoneChange, proof, fresh));
    }
  });
});
