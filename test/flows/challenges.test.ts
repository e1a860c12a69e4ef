import { expect } from "chai";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { addSeconds } from "../../src/system/clock.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { recordSecret } from "../support/log.js";
import { generousLimits, useTestService } from "../support/service.js";
import { activeUser, newPhone, testPassword } from "../support/test-context.js";
import {
  accepted,
  expectRefusal,
  type FlowClient,
  type FlowResponse,
  useAllClients,
} from "./all-protocols.js";

const { register, activate, resendCode, login, requestPasswordReset, confirmPasswordReset } =
  AuthService.method;
const { requestPasswordChange, confirmPasswordChange, requestPhoneChange, confirmPhoneChange } =
  ProfileService.method;

const passwords = { new_password: "Nouveau-Secret-9", new_password_confirm: "Nouveau-Secret-9" };

describe("the challenge of a code", () => {
  const service = useTestService({ environment: { ...generousLimits, TRUSTED_PROXIES: "127.0.0.1" } });
  const protocols = useAllClients(service);

  /** What callers who may not know better get, for every number. */
  const constant = () => {
    const now = service.context.clock.now();
    const times = { expires_at: addSeconds(now, 600), resend_at: addSeconds(now, 60) };
    return { ...times, attempts_left: 5, sends_left: 5, code_length: 6, delivery: "DELIVERY_PENDING" };
  };

  /** What is true once the first code was sent now. */
  const afterFirst = () => ({ ...constant(), sends_left: 4, delivery: "DELIVERY_ACCEPTED" });

  /** Expects the challenge in the details of an error. REST has an empty `data`, as the specification says. */
  function expectChallenge(client: FlowClient, refused: FlowResponse, challenge: object): void {
    if (client.name === "REST") expect(refused.data, client.name).to.deep.equal({});
    else expect(refused.challenge, client.name).to.deep.equal(challenge);
  }

  const wrongCodeFor = (phone: string) =>
    service.context.outbox.codeFor(phone) === "000000" ? "000001" : "000000";

  const wrongProofFor = (phone: string) => ({
    token: service.context.outbox.tokenFor(phone),
    code: wrongCodeFor(phone),
  });

  async function signedIn(client: FlowClient): Promise<{ phone: string; access: string }> {
    const { phone } = await activeUser(service.context);
    const { tokens } = await accepted(client.call(login, { phone, password: testPassword }));
    return { phone, access: (tokens as { access: string }).access };
  }

  for (const [index, name] of ["gRPC", "gRPC-Web", "Connect binary", "Connect JSON", "REST"].entries()) {
    it(`is the same for known and unknown numbers, and for errors, of a forgotten password over ${name}`, async () => {
      const client = protocols[index]!;
      const { phone } = await activeUser(service.context);
      for (const number of [phone, newPhone(), phone]) {
        const { challenge } = await client.call(requestPasswordReset, { phone: number });
        expect(challenge).to.deep.equal(constant());
      }
      await service.context.settle();
      service.context.clock.advance(10);
      const wrong = { ...wrongProofFor(phone), ...passwords };
      for (let attempt = 1; attempt <= 5; attempt += 1) {
        const refused = await expectRefusal(client.call(confirmPasswordReset, wrong), "CODE_INCORRECT");
        expectChallenge(client, refused, constant());
      }
      const locked = await expectRefusal(client.call(confirmPasswordReset, wrong), "CODE_LOCKED");
      expectChallenge(client, locked, constant());
    });

    it(`is true for callers who carry the registration or call from its address over ${name}`, async () => {
      const client = protocols[index]!;
      const elsewhere = client.at("203.0.113.9");
      const { context } = service;
      const phone = newPhone();
      await addEntry(context.app, { phone, notes: "", isActive: true, actor: null });
      const password = { password: testPassword, password_confirm: testPassword };
      const { challenge } = await client.call(register, {
        phone,
        first_name: "J",
        last_name: "D",
        ...password,
      });
      const { registration = "", ...first } = challenge!;
      recordSecret(registration);
      expect(first).to.deep.equal(afterFirst());
      expect(registration).to.match(/^[\w-]{22}$/);

      const wrong = { phone, code: wrongCodeFor(phone) };
      const refusals: [caller: FlowClient, registration: string | null, expected: object][] = [
        [client, null, { ...first, attempts_left: 4 }],
        // The quotas count by network: this one has asked for no code yet.
        [
          elsewhere,
          registration,
          { ...first, attempts_left: 3, sends_left: 5, resend_at: context.clock.now() },
        ],
        [elsewhere, null, constant()],
        [client, "of-another-registration", constant()],
      ];
      for (const [caller, named, expected] of refusals) {
        const call = caller.call(activate, { ...wrong, ...(named && { registration: named }) });
        expectChallenge(client, await expectRefusal(call, "CODE_INCORRECT"), expected);
      }
      const unknown = await expectRefusal(
        client.call(activate, { ...wrong, phone: newPhone() }),
        "CODE_INCORRECT",
      );
      expectChallenge(client, unknown, constant());

      const resend = await expectRefusal(client.call(resendCode, { phone }), "RATE_LIMITED");
      expectChallenge(client, resend, { ...first, attempts_left: 3 });
      for (const number of [phone, newPhone()]) {
        expect((await elsewhere.call(resendCode, { phone: number })).challenge).to.deep.equal(constant());
      }
      // A code of a stranger's would be valid for as long as it is sent later.
      await service.context.settle();
      context.clock.advance(601);
      const expired = await expectRefusal(client.call(activate, wrong), "CODE_EXPIRED");
      expectChallenge(client, expired, {
        ...first,
        expires_at: context.clock.now(),
        resend_at: context.clock.now(),
        attempts_left: 0,
        delivery: "DELIVERY_PENDING",
      });
      const again = await elsewhere.call(resendCode, { phone, registration });
      expect(again.challenge).to.deep.equal({ ...afterFirst(), sends_left: 3 });
    });

    it(`is true for callers who are signed in and change their password over ${name}`, async () => {
      const client = protocols[index]!;
      const { clock } = service.context;
      const { phone, access } = await signedIn(client);
      const stranger = await signedIn(client);
      const request = () => client.call(requestPasswordChange, { current_password: testPassword }, access);
      const first = afterFirst();
      expect((await request()).challenge).to.deep.equal(first);
      clock.advance(30);
      expectChallenge(client, await expectRefusal(request(), "RATE_LIMITED"), first);

      const wrong = () => ({ ...wrongProofFor(phone), ...passwords });
      const confirm = (token?: string) => client.call(confirmPasswordChange, wrong(), token);
      const incorrect = await expectRefusal(confirm(access), "CODE_INCORRECT");
      expectChallenge(client, incorrect, { ...first, attempts_left: 4 });
      expectChallenge(client, await expectRefusal(confirm(), "CODE_INCORRECT"), constant());

      clock.advance(30);
      const second = { ...afterFirst(), attempts_left: 3, sends_left: 3 };
      expect((await request()).challenge).to.deep.equal(second);
      for (const attempts_left of [2, 1, 0]) {
        const refused = await expectRefusal(confirm(access), "CODE_INCORRECT");
        expectChallenge(client, refused, { ...second, attempts_left });
      }
      expectChallenge(client, await expectRefusal(confirm(access), "CODE_LOCKED"), {
        ...second,
        attempts_left: 0,
      });
      for (const token of [undefined, stranger.access]) {
        expectChallenge(client, await expectRefusal(confirm(token), "CODE_LOCKED"), constant());
      }
      const refused = await expectRefusal(request(), "RATE_LIMITED");
      expectChallenge(client, refused, { ...second, attempts_left: 0 });
      clock.advance(60);
      expect((await request()).challenge).to.deep.equal({ ...afterFirst(), sends_left: 2 });
    });

    it(`is true for callers who are signed in and change their number over ${name}`, async () => {
      const client = protocols[index]!;
      const { access } = await signedIn(client);
      const [phone, other] = [newPhone(), newPhone()];
      for (const each of [phone, other])
        await addEntry(service.context.app, { phone: each, notes: "", isActive: true, actor: null });
      const request = (number: string) => client.call(requestPhoneChange, { new_phone: number }, access);
      const first = afterFirst();
      expect((await request(phone)).challenge).to.deep.equal(first);
      service.context.clock.advance(10);
      expectChallenge(client, await expectRefusal(request(phone), "RATE_LIMITED"), first);

      const confirm = (token?: string) => client.call(confirmPhoneChange, wrongProofFor(phone), token);
      const incorrect = await expectRefusal(confirm(access), "CODE_INCORRECT");
      expectChallenge(client, incorrect, { ...first, attempts_left: 4 });
      expectChallenge(client, await expectRefusal(confirm(), "CODE_INCORRECT"), constant());

      // The code that went to the first number is void: a resend to it has nothing left to wait with.
      expect((await request(other)).challenge).to.deep.equal(afterFirst());
      const now = service.context.clock.now();
      expectChallenge(client, await expectRefusal(request(phone), "RATE_LIMITED"), {
        ...first,
        expires_at: now,
        attempts_left: 0,
        delivery: "DELIVERY_PENDING",
      });
    });
  }

  it("matches the rows of the code and of its send", async () => {
    const { phone, access } = await signedIn(protocols[0]!);
    const input = { current_password: testPassword };
    const { challenge } = await protocols[0]!.call(requestPasswordChange, input, access);
    const rows = await service.context.testDatabase.database.run<{ expires_at: Date; sent_at: Date }>(
      null,
      {
        name: "test_challenge_rows",
        text: `SELECT codes.expires_at, sms_sends.sent_at FROM codes JOIN sms_sends USING (id)
               WHERE sms_sends.phone = $1 AND sms_sends.purpose = 'password_change' AND delivery = 'accepted'`,
      },
      [phone],
    );
    expect(rows).to.deep.equal([
      { expires_at: challenge?.expires_at, sent_at: challenge && addSeconds(challenge.resend_at, -60) },
    ]);
  });
});
