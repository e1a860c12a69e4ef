import { expect } from "chai";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { guessPlace } from "../../src/guessing/guess.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { laterActsOf } from "../audit/stored-history.js";
import { recordSecret } from "../support/log.js";
import { generousLimits, useTestService } from "../support/service.js";
import { activeUser, newPhone, type TestContext, testPassword } from "../support/test-context.js";
import { accepted, expectRefusal, type FlowClient, useAllClients } from "./all-protocols.js";

const { login, refreshToken } = AuthService.method;
const { getProfile, requestPasswordChange, requestPhoneChange, confirmPhoneChange } = ProfileService.method;

const HOME = "198.51.100.7";

/** 300 addresses, each in a network of its own. */
const addresses = Array.from({ length: 300 }, (_, index) => `10.${index >> 8}.${index & 255}.66`);

interface Tokens {
  access: string;
  refresh: string;
}

/** The owner's app: a device that the account knows, and an open session. */
interface OwnersApp {
  client: FlowClient;
  phone: string;
  device: string;
  tokens: Tokens;
}

/** Counts wrong passwords of a number, each from a network of its own, as if they had been compared a moment ago. */
async function countGuesses({ app, clock, testDatabase }: TestContext, phone: string, count: number) {
  const networks = Array.from({ length: count }, (_, index) => String(index));
  const { bucket } = guessPlace(app.codeKey, phone, "");
  const row = { bucket, networks, wrong_at: networks.map(() => clock.now()), last_at: clock.now() };
  await testDatabase.database.models.numberGuesses.create(row, { transaction: null });
}

describe("300 passwords from 300 addresses at one account", () => {
  const service = useTestService({
    environment: { ...generousLimits, TRUSTED_PROXIES: "127.0.0.1" },
  });
  const protocols = useAllClients(service);

  async function signIn(client: FlowClient, phone: string, device = "") {
    const data = await accepted(client.call(login, { phone, password: testPassword, device }));
    recordSecret(String(data.device));
    return { device: String(data.device), tokens: data.tokens as unknown as Tokens };
  }

  /** Tries a password from each address, through every protocol in turn; returns how many were compared. */
  async function attack(from: readonly string[], target: string): Promise<number> {
    const calls = from.map((address, index) =>
      protocols[index % protocols.length]!.at(address).call(login, { phone: target, password: "wrong" }),
    );
    const reasons = (await Promise.all(calls)).map(({ reason }) => reason);
    const compared = reasons.filter((reason) => reason === "CREDENTIALS_REJECTED").length;
    expect(reasons.filter((reason) => reason === "RATE_LIMITED")).to.have.length(from.length - compared);
    return compared;
  }

  /** The owner signs in at home, and with the device elsewhere, refreshes and reads the profile, all at once. */
  function everydayCalls(app: OwnersApp, elsewhere: string): Promise<unknown>[] {
    const { client, phone, device, tokens } = app;
    const renew = async () => {
      const { refresh } = tokens;
      app.tokens = (await accepted(client.at(HOME).call(refreshToken, { refresh }))) as unknown as Tokens;
    };
    return [
      signIn(client.at(HOME), phone),
      signIn(client.at(elsewhere), phone, device),
      renew(),
      accepted(client.at(elsewhere).call(getProfile, {}, tokens.access)),
    ];
  }

  const changesPassword = ({ client, tokens }: OwnersApp, from: string) =>
    accepted(client.at(from).call(requestPasswordChange, { current_password: testPassword }, tokens.access));

  async function changesPhone({ client, tokens }: OwnersApp, from: string): Promise<void> {
    const phone = newPhone();
    await addEntry(service.context.app, { phone, notes: "", isActive: true, actor: null });
    const change = { new_phone: phone, current_password: testPassword };
    await accepted(client.at(from).call(requestPhoneChange, change, tokens.access));
  }

  it("are compared 100 times, over all protocols together, while its owner's calls succeed on each", async () => {
    const { phone } = await activeUser(service.context);
    const unknown = newPhone();
    const apps: OwnersApp[] = [];
    for (const client of protocols) apps.push({ client, phone, ...(await signIn(client.at(HOME), phone)) });

    /** What the owner calls in a wave. A day has ten codes, the one for the activation included, and five other numbers. */
    const ownersCalls = (wave: number) =>
      apps.flatMap((app, index) => {
        const elsewhere = `192.0.${wave * apps.length + index}.7`;
        const isTurn = index % 2 === wave % 2;
        return [
          ...everydayCalls(app, elsewhere),
          ...(isTurn && wave < 3 ? [changesPassword(app, elsewhere)] : []),
          ...(isTurn && wave < 2 ? [changesPhone(app, elsewhere)] : []),
        ];
      });

    const compared: number[] = [];
    for (const [wave, stranger] of protocols.entries()) {
      // An account knows its latest ten addresses, and each wave adds five: home stays one of them, as it does in life.
      service.context.clock.advance(0.001);
      await signIn(stranger.at(HOME), phone);
      const from = addresses.slice(wave * 60, wave * 60 + 60);
      const calls = [attack(from, phone), ...ownersCalls(wave), attack(from, unknown)];
      const results = await Promise.all(calls);
      compared.push(Number(results[0]));
      expect(results.at(-1), "number without an account").to.equal(results[0]);
      if (wave < 2) continue;
      const right = { phone, password: testPassword };
      const refused = await expectRefusal(stranger.at("203.0.113.201").call(login, right), "RATE_LIMITED");
      expect(refused.header.get("retry-after"), stranger.name).to.equal("86400");
      expect(refused.header.get("x-ratelimit-limit"), stranger.name).to.equal("100");
    }
    expect(compared).to.deep.equal([60, 40, 0, 0, 0]);
    const codes = service.context.outbox.to(phone).filter(({ kind }) => kind === "verification");
    expect(codes, "codes for a new password").to.have.length(8);
  });

  it("leave the new number to its owner at the address that confirmed the phone change", async () => {
    const { app, outbox } = service.context;
    for (const owner of protocols) {
      const { phone } = await activeUser(service.context);
      const newNumber = newPhone();
      await addEntry(app, { phone: newNumber, notes: "", isActive: true, actor: null });
      const signIn = (address: string, number: string) =>
        owner.at(address).call(login, { phone: number, password: testPassword });
      const data = await accepted(signIn(HOME, phone));
      recordSecret(String(data.device));
      const { access } = data.tokens as { access: string };
      await accepted(owner.at(HOME).call(requestPhoneChange, { new_phone: newNumber }, access));
      const proof = { token: outbox.tokenFor(newNumber), code: outbox.codeFor(newNumber) };
      await accepted(owner.at("192.0.2.77").call(confirmPhoneChange, proof));
      await countGuesses(service.context, newNumber, 99);
      const last = { phone: newNumber, password: "wrong" };
      await expectRefusal(owner.at(addresses[0]!).call(login, last), "CREDENTIALS_REJECTED");
      await expectRefusal(signIn("192.0.2.78", newNumber), "RATE_LIMITED");
      recordSecret(String((await accepted(signIn("192.0.2.77", newNumber))).device));
    }
  });

  it("get a session nowhere: the fifth wrong current password in a row ends the one that was stolen", async () => {
    for (const client of protocols) {
      const { phone } = await activeUser(service.context);
      const stolen = (await signIn(client.at(HOME), phone)).tokens;
      const app: OwnersApp = { client, phone, ...(await signIn(client.at(HOME), phone)) };
      for (const [index, address] of addresses.slice(0, 5).entries()) {
        const wrong = { current_password: "wrong" };
        const guess = client.at(address).call(requestPasswordChange, wrong, stolen.access);
        await Promise.all([
          expectRefusal(guess, "CURRENT_PASSWORD_INCORRECT"),
          ...everydayCalls(app, `192.0.${index}.7`),
          ...(index === 0 ? [changesPassword(app, HOME), changesPhone(app, HOME)] : []),
        ]);
      }
      await expectRefusal(client.call(getProfile, {}, stolen.access), "UNAUTHENTICATED");
      await Promise.all(everydayCalls(app, "192.0.9.7"));
    }
  });

  it("get no more of it with four a day: the fifth ends it a day and an hour later", async () => {
    await service.context.passTime(0);
    for (const thief of protocols) {
      const { phone } = await activeUser(service.context);
      const data = await accepted(thief.call(login, { phone, password: testPassword }));
      recordSecret(String(data.device));
      const { access, refresh } = data.tokens as { access: string; refresh: string };
      const guess = (token: string) =>
        expectRefusal(
          thief.call(requestPasswordChange, { current_password: "wrong" }, token),
          "CURRENT_PASSWORD_INCORRECT",
        );
      for (let made = 0; made < 4; made += 1) await guess(access);
      await service.context.passTime(25 * 3600);
      const renewed = (await accepted(thief.call(refreshToken, { refresh }))) as { access: string };
      await guess(renewed.access);
      await expectRefusal(thief.call(getProfile, {}, renewed.access), "UNAUTHENTICATED");
    }
  });
});

describe("passwords that use up the 100 of an account", () => {
  const service = useTestService({
    environment: { ...generousLimits, TRUSTED_PROXIES: "127.0.0.1" },
  });
  const protocols = useAllClients(service);

  it("leave one line in the history and one message to the owner, also when the message fails at first", async () => {
    const { app, outbox, clock, settle } = service.context;
    for (const attacker of protocols) {
      const { id, phone } = await activeUser(service.context);
      const attack = async (from: readonly string[], reason: "CREDENTIALS_REJECTED" | "RATE_LIMITED") => {
        const guesses = from.map((address) => attacker.at(address).call(login, { phone, password: "wrong" }));
        await Promise.all(guesses.map((guess) => expectRefusal(guess, reason)));
        await settle();
        const acts = (await laterActsOf(app, id)).map(({ action }) => action);
        const messages = outbox.to(phone).map(({ kind }) => kind);
        return {
          lines: acts.filter((action) => action === "guessing_noticed").length,
          messages: messages.filter((kind) => kind === "guessing_notice").length,
        };
      };
      await countGuesses(service.context, phone, 95);
      outbox.failing = true;
      const first = await attack(addresses.slice(0, 5), "CREDENTIALS_REJECTED");
      expect(first, attacker.name).to.deep.equal({ lines: 1, messages: 0 });
      outbox.failing = false;
      const flood = await attack(addresses.slice(5, 10), "RATE_LIMITED");
      expect(flood, attacker.name).to.deep.equal({ lines: 1, messages: 0 });
      clock.advance(600);
      const later = await attack(addresses.slice(10, 15), "RATE_LIMITED");
      expect(later, attacker.name).to.deep.equal({ lines: 1, messages: 1 });
    }
  });
});
