import { expect } from "chai";
import { AccountService } from "#gen/waterbill/identity/v1/account_service_pb.js";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { administrator } from "../support/administrator.js";
import { recordSecret } from "../support/log.js";
import { generousLimits, useTestService } from "../support/service.js";
import { newPhone, signedIn } from "../support/test-context.js";
import { accepted, expectRefusal, type FlowClient, useAllClients } from "./all-protocols.js";

const { register, activate, resendCode, login } = AuthService.method;
const { requestPhoneChange, confirmPhoneChange } = ProfileService.method;
const { setAccountActive } = AccountService.method;

const PASSWORDS = { owner: "Propriétaire-42", attacker: "Attaquant-4242" };
for (const password of Object.values(PASSWORDS)) recordSecret(password);

/** Somebody who registers a number, at an address of their own. */
interface Person {
  /** Registers, and returns the registration and the code that came to the number's phone. */
  register(): Promise<{ registration: string; code: string }>;
  tryToRegister(): ReturnType<FlowClient["call"]>;
  activate(code: string, registration?: string): ReturnType<FlowClient["call"]>;
  resend(registration?: string): Promise<string>;
  login(): ReturnType<FlowClient["call"]>;
}

describe("a number's account belongs to its owner", () => {
  const service = useTestService({ environment: { ...generousLimits, TRUSTED_PROXIES: "127.0.0.1" } });
  const protocols = useAllClients(service);

  /** A whitelisted number whose owner and attacker both use one protocol. */
  async function contestedNumber(protocol: FlowClient) {
    const { context } = service;
    const phone = newPhone();
    await addEntry(context.app, { phone, notes: "", isActive: true, actor: null });
    function person(password: string, address: string): Person {
      const client = protocol.at(address);
      const names = { first_name: "Ada", last_name: "Doe" };
      const passwords = { password, password_confirm: password };
      const tryToRegister = () => client.call(register, { phone, ...names, ...passwords });
      return {
        tryToRegister,
        async register() {
          const { challenge } = await accepted(tryToRegister());
          const { registration } = challenge as { registration: string };
          recordSecret(registration);
          return { registration, code: context.outbox.codeFor(phone) };
        },
        activate: (code, registration) =>
          client.call(activate, { phone, code, ...(registration && { registration }) }),
        async resend(registration) {
          await accepted(client.call(resendCode, { phone, ...(registration && { registration }) }));
          return context.outbox.codeFor(phone);
        },
        login: () => client.call(login, { phone, password }),
      };
    }
    return {
      phone,
      protocol,
      owner: person(PASSWORDS.owner, "198.51.100.7"),
      attacker: person(PASSWORDS.attacker, "203.0.113.66"),
      /** An attacker in the owner's network, at another address. */
      neighbour: person(PASSWORDS.attacker, "198.51.100.66"),
      wait: (seconds: number) => context.clock.advance(seconds),
    };
  }

  /** Tries each variant with a client that carries its registration, and with one that does not know it. */
  function variant(
    title: string,
    play: (
      scene: Awaited<ReturnType<typeof contestedNumber>>,
      named: (registration: string) => string | undefined,
    ) => Promise<void>,
  ): void {
    for (const [client, named] of [
      ["a client that sends its registration", (registration: string) => registration],
      ["a client of the specification, at its own address", () => undefined],
    ] as const) {
      it(`${title}: ${client}`, async () => {
        for (const protocol of protocols) {
          const scene = await contestedNumber(protocol);
          await play(scene, named);
          await accepted(scene.owner.login());
          await expectRefusal(scene.attacker.login(), "CREDENTIALS_REJECTED");
        }
      });
    }
  }

  variant("when the attacker registers first", async ({ owner, attacker }, named) => {
    const { code: foreign } = await attacker.register();
    const own = await owner.register();
    if (foreign !== own.code) {
      await expectRefusal(owner.activate(foreign, named(own.registration)), "CODE_INCORRECT");
    }
    await accepted(owner.activate(own.code, named(own.registration)));
  });

  variant(
    "when the owner's own registration is refused, because a neighbour has just registered",
    async (scene, named) => {
      const { owner, neighbour, phone, wait } = scene;
      const { code: foreign } = await neighbour.register();
      wait(30);
      await expectRefusal(owner.tryToRegister(), "RATE_LIMITED");
      await expectRefusal(owner.activate(foreign), "CODE_INCORRECT");
      const elsewhere = protocols[0]!.at("192.0.2.77");
      await expectRefusal(elsewhere.call(activate, { phone, code: foreign }), "CODE_INCORRECT");
      wait(30);
      const own = await owner.register();
      await accepted(owner.activate(own.code, named(own.registration)));
    },
  );

  variant("when the owner's SMS could not be sent, and the attacker's could", async (scene, named) => {
    const { owner, attacker, wait } = scene;
    const { outbox } = service.context;
    outbox.failing = true;
    await expectRefusal(owner.tryToRegister(), "SMS_UNAVAILABLE");
    outbox.failing = false;
    const { code: foreign } = await attacker.register();
    await expectRefusal(owner.activate(foreign), "CODE_INCORRECT");
    wait(60);
    const own = await owner.register();
    await accepted(owner.activate(own.code, named(own.registration)));
  });

  variant("when the attacker registers after the owner's code lapsed", async (scene, named) => {
    const { owner, attacker, wait } = scene;
    const { registration } = await owner.register();
    wait(601);
    const { code: foreign } = await attacker.register();
    const reason = (await owner.activate(foreign, named(registration))).reason;
    expect(reason).to.equal("CODE_EXPIRED");
    wait(60);
    await accepted(owner.activate(await owner.resend(named(registration)), named(registration)));
  });

  variant("when the attacker registers right after the owner", async (scene, named) => {
    const { owner, attacker } = scene;
    const own = await owner.register();
    const { code: foreign } = await attacker.register();
    if (foreign !== own.code) {
      await expectRefusal(owner.activate(foreign, named(own.registration)), "CODE_INCORRECT");
    }
    await accepted(owner.activate(own.code, named(own.registration)));
  });

  variant(
    "when an administrator activates the number after the attacker registered",
    async (scene, named) => {
      const { owner, attacker, phone, protocol } = scene;
      await attacker.register();
      const { tokens } = await administrator(service.context);
      const activated = protocol.call(setAccountActive, { phone, is_active: true }, tokens.access);
      await expectRefusal(activated, "ACCOUNT_NOT_FOUND");
      await expectRefusal(attacker.login(), "ACCOUNT_NOT_ACTIVATED");
      const own = await owner.register();
      await accepted(owner.activate(own.code, named(own.registration)));
    },
  );

  variant("when 100 calls guess at once while the owner types the right code", async (scene, named) => {
    const { owner, attacker } = scene;
    const foreign = await attacker.register();
    const own = await owner.register();
    const guess = (index: number) => attacker.activate(String(index).padStart(6, "0"), foreign.registration);
    const guesses = Array.from({ length: 99 }, (_, index) => guess(index));
    const [answer] = await Promise.all([owner.activate(own.code, named(own.registration)), ...guesses]);
    expect(answer.reason).to.equal(undefined);
  });

  it("when two registrations wait for a number that an account changes to", async () => {
    const { context } = service;
    for (const protocol of protocols) {
      const { owner, attacker, phone, wait } = await contestedNumber(protocol);
      const foreign = await attacker.register();
      const own = await owner.register();
      const { access } = (await signedIn(context)).tokens;
      wait(60);
      await accepted(protocol.call(requestPhoneChange, { new_phone: phone }, access));
      const proof = { token: context.outbox.tokenFor(phone), code: context.outbox.codeFor(phone) };
      expect(await accepted(protocol.call(confirmPhoneChange, proof, access))).to.include({
        new_phone: phone,
      });
      await expectRefusal(attacker.activate(foreign.code, foreign.registration), "ALREADY_ACTIVE");
      await expectRefusal(owner.activate(own.code, own.registration), "ALREADY_ACTIVE");
      await expectRefusal(attacker.login(), "CREDENTIALS_REJECTED");
    }
  });

  it("and is made once when both registrations are proved at the same moment", async () => {
    for (const protocol of protocols) {
      const { owner, attacker } = await contestedNumber(protocol);
      const foreign = await attacker.register();
      const own = await owner.register();
      const calls = Array.from({ length: 10 }, (_, index) =>
        index % 2 === 0
          ? owner.activate(own.code, own.registration)
          : attacker.activate(foreign.code, foreign.registration),
      );
      const reasons = (await Promise.all(calls)).map(({ reason }) => reason);
      expect(reasons.filter((reason) => reason === undefined)).to.have.length(1);
      for (const reason of reasons) expect(reason).to.be.oneOf([undefined, "ALREADY_ACTIVE"]);
    }
  });

  it("and nobody's who types a code without registering while several registrations wait", async () => {
    for (const protocol of protocols) {
      const { owner, attacker, phone } = await contestedNumber(protocol);
      const { code: foreign } = await attacker.register();
      const { code } = await owner.register();
      const elsewhere = protocol.at("192.0.2.200");
      for (const typed of [foreign, code]) {
        await expectRefusal(elsewhere.call(activate, { phone, code: typed }), "CODE_INCORRECT");
      }
    }
  });

  it("also when the owner's address changed, while it is the only registration", async () => {
    for (const protocol of protocols) {
      const { owner, phone } = await contestedNumber(protocol);
      const { code } = await owner.register();
      await accepted(protocol.at("192.0.2.200").call(activate, { phone, code }));
      await accepted(owner.login());
    }
  });

  it("also when the owner's address changed, though registrations of strangers were refused", async () => {
    for (const protocol of protocols) {
      const { owner, phone } = await contestedNumber(protocol);
      const { code } = await owner.register();
      const stranger = protocol.at("203.0.113.9");
      const names = { first_name: "Ada", last_name: "Doe" };
      for (const [password, password_confirm, reason] of [
        ["aaaaaaaa", "aaaaaaaa", "PASSWORD_REJECTED"],
        [PASSWORDS.attacker, "another one", "INVALID_REQUEST"],
      ] as const) {
        const refused = stranger.call(register, { phone, ...names, password, password_confirm });
        await expectRefusal(refused, reason);
      }
      await accepted(protocol.at("192.0.2.200").call(activate, { phone, code }));
      await accepted(owner.login());
    }
  });
});
