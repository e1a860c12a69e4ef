import { timestampDate } from "@bufbuild/protobuf/wkt";
import { expect } from "chai";
import { AccountService } from "#gen/waterbill/identity/v1/account_service_pb.js";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { setRights } from "../../src/accounts/set-rights.js";
import { COMMAND_LINE } from "../../src/audit/act.js";
import { laterActsOf } from "../audit/stored-history.js";
import { administrator } from "../support/administrator.js";
import { generousLimits, useTestService } from "../support/service.js";
import { activeUser, newPhone, signedIn, testPassword } from "../support/test-context.js";
import { accepted, expectRefusal, type FlowClient, useAllClients } from "./all-protocols.js";

const { eraseAccount } = AccountService.method;
const { login, register, requestPasswordReset, confirmPasswordReset } = AuthService.method;
const { getProfile, requestAccountDeletion, confirmAccountDeletion } = ProfileService.method;

const DELAY_SECONDS = 14 * 86_400;
const newPassword = "Nouveau-Secret-9";

describe("an owner who deletes the account", () => {
  const service = useTestService({ environment: { ...generousLimits, TRUSTED_PROXIES: "127.0.0.1" } });
  const protocols = useAllClients(service);
  before(() => service.context.passTime(0));

  const proofFor = (phone: string) => ({
    token: service.context.outbox.tokenFor(phone),
    code: service.context.outbox.codeFor(phone),
  });

  /** An account that is leaving. */
  async function leaving(client: FlowClient) {
    const { user, tokens } = await signedIn(service.context);
    await accepted(client.call(requestAccountDeletion, {}, tokens.access));
    await accepted(client.call(confirmAccountDeletion, proofFor(user.phone)));
    await service.context.settle();
    return { ...user, access: tokens.access };
  }

  it("is signed out, and told when all is erased", async () => {
    const { outbox } = service.context;
    for (const client of protocols) {
      const { user, tokens } = await signedIn(service.context);
      const { phone } = user;
      await accepted(client.call(requestAccountDeletion, { phone: "ignored" }, tokens.access));
      const sent = outbox.to(phone).at(-1);
      expect(sent, client.name).to.include({ kind: "verification", operation: "account_deletion" });
      expect(sent).to.have.property(
        "link",
        `${service.context.config.publicUrl}/account/delete?token=${outbox.tokenFor(phone)}`,
      );
      const before = Date.now();
      const { deletion_at: at } = await accepted(client.call(confirmAccountDeletion, proofFor(phone)));
      const delay = dateOf(at).getTime() - before;
      expect(delay, client.name).to.be.within((DELAY_SECONDS - 60) * 1000, (DELAY_SECONDS + 60) * 1000);
      await expectRefusal(client.call(getProfile, {}, tokens.access), "UNAUTHENTICATED");
      await service.context.settle();
      const notice = outbox.to(phone).at(-1);
      expect(notice, client.name).to.include({ kind: "notice", operation: "account_deletion" });
      const acts = await laterActsOf(service.context.app, user.id);
      expect(acts.map(({ action, sessionCount, actor }) => [action, sessionCount, actor.kind])).to.deep.equal(
        [["deletion_requested", 1, "owner"]],
      );
    }
  });

  it("keeps the account by signing in before that, and is told so", async () => {
    for (const client of protocols) {
      const { id, phone } = await leaving(client);
      const signIn = () => client.call(login, { phone, password: testPassword });
      const first = await signIn();
      expect(first.data.deletion_cancelled, client.name).to.equal(true);
      if (client.name === "REST") {
        expect(first.message).to.equal("Connexion réussie. La suppression de votre compte est annulée.");
      }
      await accepted(client.call(getProfile, {}, (first.data.tokens as { access: string }).access));
      const second = await accepted(signIn());
      expect(second.deletion_cancelled ?? false, client.name).to.equal(false);
      const acts = await laterActsOf(service.context.app, id);
      expect(acts.map(({ action }) => action)).to.deep.equal(["deletion_requested", "deletion_cancelled"]);
    }
  });

  it("can reset the password meanwhile, which cancels nothing", async () => {
    for (const client of protocols) {
      const { id, phone } = await leaving(client);
      await accepted(client.call(requestPasswordReset, { phone }));
      await service.context.settle();
      const renewed = { new_password: newPassword, new_password_confirm: newPassword };
      await accepted(client.call(confirmPasswordReset, { ...proofFor(phone), ...renewed }));
      const account = await service.context.app.users.findById(null, id);
      expect(account?.deletionAt, client.name).to.be.instanceOf(Date);
      const signIn = await accepted(client.call(login, { phone, password: newPassword }));
      expect(signIn.deletion_cancelled).to.equal(true);
    }
  });

  it("needs no app: with the number alone, codes go to accounts, and all numbers get one answer", async () => {
    const { context } = service;
    for (const client of protocols) {
      const { phone } = await activeUser(context);
      const { phone: left } = await leaving(client);
      const unknown = newPhone();
      const sent = () => [phone, left, unknown].map((each) => context.outbox.to(each).length);
      const before = sent();
      const answers = [];
      for (const each of [phone, left, unknown]) {
        const { message, status, challenge } = await client.call(requestAccountDeletion, { phone: each });
        const { expires_at, resend_at, ...rest } = challenge!;
        const seconds = Math.round((expires_at.getTime() - resend_at.getTime()) / 1000);
        answers.push({ message, status, seconds, ...rest });
      }
      expect(answers[1], client.name).to.deep.equal(answers[0]);
      expect(answers[2], client.name).to.deep.equal(answers[0]);
      await context.settle();
      expect(sent(), client.name).to.deep.equal([before[0]! + 1, before[1], before[2]]);
      await accepted(client.call(confirmAccountDeletion, proofFor(phone)));
      await expectRefusal(client.call(requestAccountDeletion, {}), "PHONE_REQUIRED");
      await expectRefusal(client.call(requestAccountDeletion, { phone: "12" }), "PHONE_LENGTH");
      await expectRefusal(client.call(requestAccountDeletion, { phone: "x" }), "PHONE_INVALID");
    }
  });

  it("proves it by the newest code and its link, once", async () => {
    for (const client of protocols) {
      const { user, tokens } = await signedIn(service.context);
      await accepted(client.call(requestAccountDeletion, {}, tokens.access));
      const proof = proofFor(user.phone);
      const wrong = { ...proof, code: proof.code === "000000" ? "000001" : "000000" };
      const refused = await expectRefusal(client.call(confirmAccountDeletion, wrong), "CODE_INCORRECT");
      if (client.name !== "REST") expect(refused.challenge).to.include({ attempts_left: 5 });
      for (let tries = 2; tries <= 5; tries += 1) await client.call(confirmAccountDeletion, wrong);
      await expectRefusal(client.call(confirmAccountDeletion, proof), "CODE_LOCKED");
      service.context.clock.advance(60);
      await accepted(client.call(requestAccountDeletion, { current_password: testPassword }, tokens.access));
      const next = proofFor(user.phone);
      await expectRefusal(
        client.call(confirmPasswordReset, {
          ...next,
          new_password: newPassword,
          new_password_confirm: newPassword,
        }),
        "LINK_REJECTED",
      );
      await accepted(client.call(confirmAccountDeletion, next));
      await expectRefusal(client.call(confirmAccountDeletion, next), "LINK_REJECTED");
      await expectRefusal(client.call(confirmAccountDeletion, { code: "1" }), "TOKEN_REQUIRED");
    }
  });

  it("signed in, has signed in lately or gives the password", async () => {
    for (const client of protocols) {
      const { tokens } = await signedIn(service.context);
      const call = (input = {}) => client.call(requestAccountDeletion, input, tokens.access);
      await expectRefusal(call({ current_password: "wrong" }), "CURRENT_PASSWORD_INCORRECT");
      await service.context.passTime(301);
      await expectRefusal(call(), "REAUTHENTICATION_REQUIRED");
      await accepted(call({ current_password: testPassword }));
      await expectRefusal(client.call(requestAccountDeletion, {}, "no-token"), "UNAUTHENTICATED");
    }
  });

  it("keeps the number from everybody else meanwhile", async () => {
    for (const client of protocols) {
      const { phone } = await leaving(client);
      const names = { first_name: "Ada", last_name: "Doe" };
      const passwords = { password: testPassword, password_confirm: testPassword };
      await expectRefusal(client.call(register, { phone, ...names, ...passwords }), "PHONE_TAKEN");
    }
  });
});

/** The time of a response, in any protocol. */
function dateOf(at: unknown): Date {
  if (typeof at === "string") return new Date(at);
  const { seconds } = at as { seconds: { low: number } };
  return timestampDate({ $typeName: "google.protobuf.Timestamp", seconds: BigInt(seconds.low), nanos: 0 });
}

describe("a superuser who erases an account", () => {
  const service = useTestService({ environment: generousLimits });
  const protocols = useAllClients(service);
  const reason = "Demande écrite du 3 mars";

  async function superuser(): Promise<string> {
    const { user, tokens } = await signedIn(service.context);
    const rights = () => ({ isStaff: true, isSuperuser: true });
    await setRights(service.context.app, { phone: user.phone, actor: COMMAND_LINE, rights });
    return tokens.access;
  }

  it("leaves nothing to sign in to, and a record with the reason", async () => {
    const access = await superuser();
    for (const client of protocols) {
      const { user, tokens } = await signedIn(service.context);
      const { phone } = user;
      const naming = await expectRefusal(
        client.call(eraseAccount, { phone, reason: `Appel du ${phone}` }, access),
        "INVALID_REQUEST",
      );
      expect(Object.keys(naming.fields), client.name).to.deep.equal(["reason"]);
      const { message } = await client.call(eraseAccount, { phone: ` ${phone.slice(1)} `, reason }, access);
      if (client.name === "REST") expect(message).to.equal("Compte effacé avec succès");
      await expectRefusal(client.call(getProfile, {}, tokens.access), "UNAUTHENTICATED");
      await expectRefusal(client.call(login, { phone, password: testPassword }), "CREDENTIALS_REJECTED");
      await expectRefusal(client.call(eraseAccount, { phone, reason }, access), "ACCOUNT_NOT_FOUND");
      const acts = await laterActsOf(service.context.app, user.id);
      expect(acts.at(-1)).to.include({ action: "erased", reason, sessionCount: 1 });
    }
  });

  it("is one, gives a reason, and isn't the last", async () => {
    const access = await superuser();
    const [{ phone }, staff, other] = [
      await activeUser(service.context),
      await administrator(service.context),
      await signedIn(service.context),
    ];
    for (const client of protocols) {
      const call = (token?: string) => client.call(eraseAccount, { phone, reason }, token);
      await expectRefusal(call(), "UNAUTHENTICATED");
      await expectRefusal(call(other.tokens.access), "SUPERUSER_REQUIRED");
      await expectRefusal(call(staff.tokens.access), "SUPERUSER_REQUIRED");
      const blank = client.call(eraseAccount, { phone, reason: " " }, access);
      await expectRefusal(blank, "INVALID_REQUEST");
    }
  });
});

describe("the last superuser", () => {
  const service = useTestService({ environment: generousLimits });
  const protocols = useAllClients(service);

  it("can neither ask for the deletion of its account, nor be erased, signed in or by number", async () => {
    const { context } = service;
    const { user, tokens } = await signedIn(context);
    const { phone } = user;
    const rights = () => ({ isStaff: true, isSuperuser: true });
    await setRights(context.app, { phone, actor: COMMAND_LINE, rights });
    for (const client of protocols) {
      await expectRefusal(client.call(requestAccountDeletion, {}, tokens.access), "LAST_SUPERUSER");
      const sent = context.outbox.to(phone).length;
      await accepted(client.call(requestAccountDeletion, { phone }));
      await context.settle();
      expect(context.outbox.to(phone), client.name).to.have.length(sent);
      const erasing = client.call(eraseAccount, { phone, reason: "Test" }, tokens.access);
      await expectRefusal(erasing, "LAST_SUPERUSER");
    }
  });
});

describe("the limits of a request for a deletion", () => {
  const service = useTestService({
    environment: { ...generousLimits, LIMIT_SENSITIVE: "2/minute", LIMIT_FORGOT: "1/minute" },
  });
  const protocols = useAllClients(service);

  it("count the account of a caller who is signed in, and else the address", async () => {
    const [client] = protocols;
    const [one, other] = [await signedIn(service.context), await signedIn(service.context)];
    const phone = newPhone();
    await accepted(client!.call(requestAccountDeletion, { phone }));
    await expectRefusal(client!.call(requestAccountDeletion, { phone }), "RATE_LIMITED");
    for (const { tokens } of [one, other]) {
      const wrong = { current_password: "wrong" };
      for (let calls = 0; calls < 2; calls += 1) {
        const call = client!.call(requestAccountDeletion, wrong, tokens.access);
        await expectRefusal(call, "CURRENT_PASSWORD_INCORRECT");
      }
      const call = client!.call(requestAccountDeletion, {}, tokens.access);
      await expectRefusal(call, "RATE_LIMITED");
    }
  });
});
