import { expect } from "chai";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { recordSecret } from "../support/log.js";
import { generousLimits, useTestService } from "../support/service.js";
import { activeUser, newPhone, testPassword } from "../support/test-context.js";
import { accepted, expectRefusal, type FlowClient, useAllClients } from "./all-protocols.js";

const { register, login, refreshToken, requestPasswordReset, confirmPasswordReset } = AuthService.method;
const { getProfile, requestPhoneChange, confirmPhoneChange, cancelPhoneChange } = ProfileService.method;

const newPassword = "Nouveau-Secret-9";
const thiefPassword = "Attaquant-4242";
recordSecret(thiefPassword);
const names = { first_name: "Ada", last_name: "Doe" };
const passwords = { password: testPassword, password_confirm: testPassword };

const renewed = (password: string) => ({ new_password: password, new_password_confirm: password });

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

  /** Asks for a code, and sets a password with the newest one that the number was sent. */
  async function resetPassword(client: FlowClient, phone: string, password: string): Promise<void> {
    await accepted(client.call(requestPasswordReset, { phone }));
    await service.context.settle();
    await accepted(client.call(confirmPasswordReset, { ...proofFor(phone), ...renewed(password) }));
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
      await resetPassword(owner, phone, newPassword);
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

  /** A thief who has also set a password of their own with a code to the new number, and has another such code. */
  async function takeOver(protocol: FlowClient) {
    const stolen = await theft(protocol);
    const { phone, wanted, thief, proof } = stolen;
    await accepted(thief.call(confirmPhoneChange, proof, stolen.stolen.access));
    await resetPassword(thief, wanted, thiefPassword);
    const atAnotherNetwork = thief.at("198.18.0.66");
    await accepted(atAnotherNetwork.call(requestPasswordReset, { phone: wanted }));
    await service.context.settle();
    const unusedReset = proofFor(wanted);
    const tokens = await signIn(thief, wanted, thiefPassword);
    const { user } = await accepted(thief.call(getProfile, {}, tokens.access));
    expect(user).to.include({ phone: wanted });
    await expectRefusal(thief.call(login, { phone, password: testPassword }), "CREDENTIALS_REJECTED");
    return { ...stolen, tokens, unusedReset };
  }

  /** All that the thief can still call, from seven networks at once; each call is refused, or has no effect. */
  function attack({ phone, wanted, thief, ...had }: Awaited<ReturnType<typeof takeOver>>) {
    const networks = Array.from({ length: 7 }, (_, index) => thief.at(`203.0.${index}.66`));
    const fromNetwork = (client: FlowClient) => [
      accepted(client.call(requestPasswordReset, { phone })),
      expectRefusal(client.call(login, { phone, password: thiefPassword }), "CREDENTIALS_REJECTED"),
    ];
    return [
      ...networks.flatMap(fromNetwork),
      accepted(thief.call(requestPasswordReset, { phone: wanted })),
      expectRefusal(thief.call(login, { phone: wanted, password: thiefPassword }), "CREDENTIALS_REJECTED"),
      expectRefusal(thief.call(login, { phone, password: testPassword }), "CREDENTIALS_REJECTED"),
      expectRefusal(thief.call(getProfile, {}, had.tokens.access), "UNAUTHENTICATED"),
      expectRefusal(thief.call(refreshToken, { refresh: had.tokens.refresh }), "REFRESH_REJECTED"),
      expectRefusal(thief.call(refreshToken, { refresh: had.stolen.refresh }), "REFRESH_REJECTED"),
      expectRefusal(thief.call(confirmPhoneChange, had.proof), "LINK_REJECTED"),
      expectRefusal(
        thief.call(confirmPasswordReset, { ...had.unusedReset, ...renewed(thiefPassword) }),
        "LINK_REJECTED",
      ),
    ];
  }

  it("keeps nothing of an account whose password they set by the new number, and goes on attacking in vain", async () => {
    for (const protocol of protocols) {
      const theirs = await takeOver(protocol);
      const { phone, owner } = theirs;
      await accepted(owner.call(cancelPhoneChange, cancelLink(phone)));

      const before = service.context.outbox.to(phone).length;
      await Promise.all([...attack(theirs), accepted(owner.call(requestPasswordReset, { phone }))]);
      await service.context.settle();
      // With the activation code as many as strangers can have sent in a day. The newest three work for the owner.
      expect(service.context.outbox.to(phone).length - before, protocol.name).to.equal(6);
      const reset = owner.call(confirmPasswordReset, { ...proofFor(phone), ...renewed(newPassword) });
      await Promise.all([...attack(theirs), accepted(reset)]);

      const { access, refresh } = await signIn(owner, phone, newPassword);
      const [, , { user }] = await Promise.all([
        signIn(owner, phone, newPassword),
        accepted(owner.call(refreshToken, { refresh })),
        accepted(owner.call(getProfile, {}, access)),
        ...attack(theirs),
      ]);
      expect(user).to.include({ phone });
    }
  });

  it("is stopped by a link that works once, and for 24 hours after the change", async () => {
    const late = [];
    for (const protocol of protocols) {
      const { phone, wanted, owner, thief, stolen, proof } = await theft(protocol);
      await accepted(thief.call(confirmPhoneChange, proof, stolen.access));
      await service.context.settle();
      late.push({ owner, wanted, link: cancelLink(phone) });

      const used = await theft(protocol);
      await accepted(used.thief.call(confirmPhoneChange, used.proof, used.stolen.access));
      await service.context.settle();
      const link = cancelLink(used.phone);
      await accepted(used.owner.call(cancelPhoneChange, link));
      for (const client of protocols) {
        await expectRefusal(client.at("198.51.100.8").call(cancelPhoneChange, link), "LINK_REJECTED");
      }
    }
    await service.context.passTime(86_460);
    for (const { owner, wanted, link } of late) {
      await expectRefusal(owner.call(cancelPhoneChange, link), "LINK_REJECTED");
      await signIn(owner, wanted);
    }
  });
});
