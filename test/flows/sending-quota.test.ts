import { expect } from "chai";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { recordSecret } from "../support/log.js";
import type { Outbox } from "../support/outbox.js";
import { generousLimits, useTestService } from "../support/service.js";
import { activeUser, newPhone, registered, testPassword } from "../support/test-context.js";
import { accepted, expectRefusal, type FlowClient, useAllClients } from "./all-protocols.js";

const { register, activate, resendCode, requestPasswordReset, confirmPasswordReset, login } =
  AuthService.method;
const { requestPasswordChange } = ProfileService.method;

/** The owner's address. */
const HOME = "198.51.100.7";

/** An address in a network of its own. */
const stranger = (index: number) => `203.0.${index}.66`;

describe("the sending quota of a number over the wire", () => {
  const service = useTestService();
  const protocols = useAllClients(service);

  it("describes itself, not a window of the limiter, when it refuses the sixth code of a day", async () => {
    const { clock } = service.context;
    const phone = await registered(service.context);
    const firstSentAt = clock.now().getTime() / 1000;
    for (let sends = 2; sends <= 5; sends += 1) {
      clock.advance(60);
      await accepted(protocols[0]!.call(resendCode, { phone }));
    }
    clock.advance(60);
    for (const protocol of protocols) {
      const { header } = await expectRefusal(protocol.call(resendCode, { phone }), "RATE_LIMITED");
      const figures = ["limit", "remaining", "reset"].map((name) =>
        Number(header.get(`x-ratelimit-${name}`)),
      );
      expect(figures, protocol.name).to.deep.equal([5, 0, firstSentAt + 86_400]);
      expect(Number(header.get("retry-after")), protocol.name).to.equal(86_400 - 300);
    }
  });
});

for (const [place, environment] of [
  ["memory", { REDIS_URL: "" }],
  ["Redis", {}],
] as const) {
  describe(`a ResendCode that the sending quota refuses, with rate limits in ${place}`, () => {
    const service = useTestService({
      environment: { ...generousLimits, LIMIT_RESEND_CODE: "4/day", ...environment },
    });
    const protocols = useAllClients(service);

    it("charges nothing, and is described by the quota", async () => {
      const { clock } = service.context;
      for (const protocol of protocols) {
        const phone = await registered(service.context);
        for (let sends = 2; sends <= 5; sends += 1) {
          const hasRoomAt = clock.now().getTime() / 1000 + 60;
          for (let call = 0; call < 3; call += 1) {
            const { header } = await expectRefusal(protocol.call(resendCode, { phone }), "RATE_LIMITED");
            const figures = ["limit", "remaining", "reset"].map((name) =>
              Number(header.get(`x-ratelimit-${name}`)),
            );
            expect(figures, protocol.name).to.deep.equal([1, 0, hasRoomAt]);
            expect(header.get("retry-after"), protocol.name).to.equal("60");
          }
          clock.advance(60);
          // The limit has four places for these four, and none for a refused one.
          await accepted(protocol.call(resendCode, { phone }));
        }
      }
    });

    // Not a hundred: on a busy machine they would wait so long for Redis that the limits move to memory.
    it("lets no more than the limit pass among twenty callers at once, and leaves the rest", async () => {
      const { clock, outbox } = service.context;
      const phone = await registered(service.context);
      const call = (index: number) => protocols[index % protocols.length]!.call(resendCode, { phone });
      for (let round = 0; round < 3; round += 1) {
        clock.advance(60);
        const sent = outbox.to(phone).length;
        const responses = await Promise.all(Array.from({ length: 20 }, (_, index) => call(index)));
        const passed = responses.filter(({ reason }) => reason === undefined).length;
        // A call that is refused holds a place of the limit for a moment, which all others may miss.
        expect(passed).to.be.at.most(1);
        expect(outbox.to(phone)).to.have.length(sent + passed);
        expect(responses.filter(({ reason }) => reason === "RATE_LIMITED")).to.have.length(20 - passed);
      }
      while (outbox.to(phone).length < 5) {
        clock.advance(60);
        await accepted(call(outbox.to(phone).length));
      }
      clock.advance(60);
      await expectRefusal(call(1), "RATE_LIMITED");
      expect(outbox.to(phone)).to.have.length(5);
    });
  });
}

/** The links and codes that were sent to a number, the last to arrive first. */
function proofsFor(outbox: Outbox, phone: string): { token: string; code: string }[] {
  const sent = outbox.to(phone).filter((message) => message.kind === "verification");
  return sent
    .reverse()
    .map(({ link = "", code }) => ({ token: new URL(link).searchParams.get("token") ?? "", code }));
}

describe("strangers who have codes sent to a number", () => {
  const service = useTestService({ environment: { ...generousLimits, TRUSTED_PROXIES: "127.0.0.1" } });
  const protocols = useAllClients(service);

  const person = { first_name: "Ada", last_name: "Doe" };
  const passwords = { password: testPassword, password_confirm: testPassword };

  async function whitelisted(): Promise<string> {
    const phone = newPhone();
    await addEntry(service.context.app, { phone, notes: "", isActive: true, actor: null });
    return phone;
  }

  async function registers(client: FlowClient, phone: string): Promise<string> {
    const { challenge } = await accepted(client.call(register, { phone, ...person, ...passwords }));
    const { registration } = challenge as { registration: string };
    recordSecret(registration);
    return registration;
  }

  it("keep nobody from registering and activating it", async () => {
    const { clock, outbox } = service.context;
    for (const protocol of protocols) {
      const phone = await whitelisted();
      const owner = protocol.at(HOME);
      const strangers = Array.from({ length: 5 }, (_, index) => protocol.at(stranger(index)));
      const [registration = ""] = await Promise.all(
        [owner, ...strangers].map((client) => registers(client, phone)),
      );
      clock.advance(60);
      const { challenge } = await accepted(owner.call(resendCode, { phone, registration }));
      expect((challenge as { delivery: string }).delivery, protocol.name).to.match(/ACCEPTED|^2$/);
      const guess = async (client: FlowClient) => {
        const { reason } = await client.call(activate, { phone, code: "x" });
        expect(reason).to.be.oneOf(["CODE_INCORRECT", "ALREADY_ACTIVE"]);
      };
      const proof = { registration, code: outbox.codeFor(phone) };
      await Promise.all([...strangers.map(guess), accepted(owner.call(activate, { phone, ...proof }))]);
    }
  });

  it("leave the reserve to networks that have had none, until ten codes are sent", async () => {
    for (const protocol of protocols) {
      const phone = await whitelisted();
      for (let index = 0; index < 7; index += 1) await registers(protocol.at(stranger(index)), phone);
      service.context.clock.advance(60);
      const again = { phone, ...person, ...passwords };
      await expectRefusal(protocol.at(stranger(0)).call(register, again), "RATE_LIMITED");
      for (const client of [HOME, stranger(8), stranger(9)]) await registers(protocol.at(client), phone);
      await expectRefusal(protocol.at(stranger(10)).call(register, again), "RATE_LIMITED");
      expect(service.context.outbox.to(phone), protocol.name).to.have.length(10);
    }
  });

  it("are refused as one when they are neighbours, and leave the owner's own", async () => {
    for (const protocol of protocols) {
      const phone = await whitelisted();
      const again = { phone, ...person, ...passwords };
      await registers(protocol.at("203.0.113.1"), phone);
      await expectRefusal(protocol.at("203.0.113.2").call(register, again), "RATE_LIMITED");
      await registers(protocol.at("2001:db8:7:1::1"), phone);
      await expectRefusal(protocol.at("2001:db8:7:2::1").call(register, again), "RATE_LIMITED");
      await registers(protocol.at(HOME), phone);
    }
  });

  it("keep nobody from having a code resent for the own registration", async () => {
    const { clock, outbox } = service.context;
    for (const protocol of protocols) {
      const phone = await whitelisted();
      const owner = protocol.at(HOME);
      const registration = await registers(owner, phone);
      for (let index = 0; index < 5; index += 1) {
        await accepted(protocol.at(stranger(index)).call(resendCode, { phone }));
      }
      clock.advance(60);
      await accepted(owner.call(resendCode, { phone, registration }));
      await accepted(owner.call(activate, { phone, registration, code: outbox.codeFor(phone) }));
    }
  });

  it("keep nobody from resetting a password, and learn nothing", async () => {
    const { outbox } = service.context;
    const renewed = { new_password: "Nouveau-Secret-9", new_password_confirm: "Nouveau-Secret-9" };
    for (const protocol of protocols) {
      const { phone } = await activeUser(service.context);
      const asks = (client: FlowClient) => accepted(client.call(requestPasswordReset, { phone }));
      const attack = () =>
        Array.from({ length: 25 }, (_, index) => asks(protocol.at(stranger(Math.floor(index / 5)))));
      await Promise.all([...attack(), asks(protocol.at(HOME))]);
      await service.context.settle();
      // The last message to arrive need not be one of the latest three that were sent.
      const confirm = async () => {
        for (const proof of proofsFor(outbox, phone)) {
          const { reason } = await protocol.at(HOME).call(confirmPasswordReset, { ...proof, ...renewed });
          if (reason === undefined) return true;
        }
        return false;
      };
      const [isReset] = await Promise.all([confirm(), ...attack()]);
      expect(isReset, protocol.name).to.equal(true);
      await service.context.settle();
      // Each of the five networks had one, and the owner's.
      expect(outbox.to(phone).filter(({ kind }) => kind === "verification")).to.have.length(6);
    }
  });

  it("leave three codes to the signed-in owner, however many networks ask", async () => {
    const { clock, outbox } = service.context;
    for (const protocol of protocols) {
      const { phone } = await activeUser(service.context);
      const { tokens } = await accepted(protocol.call(login, { phone, password: testPassword }));
      const { access } = tokens as { access: string };
      for (let index = 0; index < 20; index += 1) {
        await accepted(protocol.at(stranger(index)).call(requestPasswordReset, { phone }));
      }
      await service.context.settle();
      expect(outbox.to(phone), protocol.name).to.have.length(7);
      const change = () =>
        protocol.at(HOME).call(requestPasswordChange, { current_password: testPassword }, access);
      for (let sends = 8; sends <= 10; sends += 1) {
        await accepted(change());
        clock.advance(60);
      }
      await expectRefusal(change(), "RATE_LIMITED");
      expect(outbox.to(phone), protocol.name).to.have.length(10);
    }
  });
});
