import { expect } from "chai";
import { Redis } from "ioredis";
import { AccountService } from "#gen/waterbill/identity/v1/account_service_pb.js";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { setAccountActive } from "../../src/accounts/set-account-active.js";
import { COMMAND_LINE } from "../../src/audit/act.js";
import { logout } from "../../src/auth/logout.js";
import { requestFrame, settings } from "../http/http2-frames.js";
import { connectRaw, getRequest, type RawClient } from "../http/raw-client.js";
import { useFixture } from "../support/fixture.js";
import { flag, preface } from "../support/http2-frames.js";
import { recordSecret } from "../support/log.js";
import { testKeyPrefix, testRedisUrl } from "../support/redis.js";
import { rejection } from "../support/rejection.js";
import { type TestService, useTestService } from "../support/service.js";
import { newPhone, registered, signedIn } from "../support/test-context.js";
import { accepted, expectRefusal, type FlowClient, useAllClients } from "./all-protocols.js";

const { activate, refreshToken, resendCode, logout: signOut } = AuthService.method;
const { getProfile, requestPasswordChange, confirmPasswordChange } = ProfileService.method;
const { setAccountActive: setActive } = AccountService.method;

const ATTACKER = "203.0.113.9";
const OWNER = "192.0.2.200";
const CARRIER = "41.202.192.5";
/** In the form of a token, with a signature of nobody. */
const FORGED = "e30.e30.c2ln";

// The test's clock counts: no call leaves a window while the machine is slow.
describe("attacks from one address", () => {
  const service = useTestService({
    environment: {
      REDIS_URL: "",
      TRUSTED_PROXIES: "127.0.0.1",
      SHARED_NETWORKS: "41.202.192.0/19*2",
      LIMIT_ADMIN: "20/hour",
    },
    scope: "test",
  });
  const protocols = useAllClients(service, "test");

  /** Calls GetProfile `times` times, over all protocols in turn, and returns the reasons of the refusals. */
  async function reasonsOf(times: number, address: string, token?: string) {
    const reasons = new Set<string | undefined>();
    for (let call = 0; call < times; call += 1) {
      const client = protocols[call % protocols.length]!.at(address);
      reasons.add((await client.call(getProfile, {}, token)).reason);
    }
    return [...reasons];
  }

  async function expectLimitedOverAll(address: string, token?: string, limit = 60) {
    const inAMinute = service.context.clock.now().getTime() / 1000 + 60;
    for (const client of protocols) {
      const { header } = await expectRefusal(client.at(address).call(getProfile, {}, token), "RATE_LIMITED");
      expect(header.get("retry-after"), client.name).to.equal("60");
      expect(header.get("x-ratelimit-limit"), client.name).to.equal(String(limit));
      expect(header.get("x-ratelimit-remaining"), client.name).to.equal("0");
      expect(header.get("x-ratelimit-reset"), client.name).to.equal(String(inAMinute));
    }
  }

  it("calls without a token of ours get 429 after 60 a minute; neighbours with one are served", async () => {
    const { tokens } = await signedIn(service.context);
    const [first] = protocols;
    const { header } = await first!.at(ATTACKER).call(getProfile, {});
    expect(header.get("x-ratelimit-limit")).to.equal("60");
    expect(header.get("x-ratelimit-remaining")).to.equal("59");
    expect(await reasonsOf(29, ATTACKER)).to.deep.equal(["UNAUTHENTICATED"]);
    expect(await reasonsOf(30, ATTACKER, FORGED)).to.deep.equal(["UNAUTHENTICATED"]);
    await expectLimitedOverAll(ATTACKER);
    const optional = { token: newPhone(), code: "x", new_password: "x", new_password_confirm: "x" };
    for (const client of protocols) {
      const neighbour = client.at(ATTACKER);
      await Promise.all([
        expectLimitedOverAll(ATTACKER, FORGED),
        expectRefusal(neighbour.call(confirmPasswordChange, optional, FORGED), "RATE_LIMITED"),
        accepted(neighbour.call(getProfile, {}, tokens.access)),
        expectRefusal(client.at("203.0.113.10").call(getProfile, {}), "UNAUTHENTICATED"),
      ]);
    }
    service.context.clock.advance(60);
    expect(await reasonsOf(1, ATTACKER)).to.deep.equal(["UNAUTHENTICATED"]);
  });

  it("300 calls at once without a token of ours cost no statement, whatever they carry instead", async () => {
    const { tokens } = await signedIn(service.context);
    const [head = "", claims = "", signature = ""] = tokens.access.split(".");
    const unsigned = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString("base64url");
    const signedByOthers = `${head}.${claims}.${signature.replace(/^./, (first) => (first === "A" ? "B" : "A"))}`;
    const forged = [undefined, "", FORGED, `${unsigned}.${claims}.`, signedByOthers, tokens.refresh];
    const change = { current_password: "x" };
    service.context.statements.length = 0;
    const calls = Array.from({ length: 150 }, (_, index) => {
      const client = protocols[index % protocols.length]!.at(ATTACKER);
      const token = forged[index % forged.length];
      return [client.call(getProfile, {}, token), client.call(requestPasswordChange, change, token)];
    });
    const reasons = (await Promise.all(calls.flat())).map(({ reason }) => reason);
    expect(service.context.statements).to.deep.equal([]);
    expect(reasons.filter((reason) => reason === "UNAUTHENTICATED")).to.have.length(60);
    expect(reasons.filter((reason) => reason === "RATE_LIMITED")).to.have.length(240);
  });

  it("calls without a token get twice as many from a network with the factor 2", async () => {
    expect(await reasonsOf(120, CARRIER)).to.deep.equal(["UNAUTHENTICATED"]);
    await expectLimitedOverAll(CARRIER, undefined, 120);
  });

  it("expired tokens are always 401, uncounted and without a statement", async () => {
    const { tokens } = await signedIn(service.context);
    service.context.clock.advance(901);
    service.context.statements.length = 0;
    expect(await reasonsOf(100, ATTACKER, tokens.access)).to.deep.equal(["UNAUTHENTICATED"]);
    expect(service.context.statements).to.deep.equal([]);
    const { header } = await protocols[0]!.at(ATTACKER).call(getProfile, {});
    expect(header.get("x-ratelimit-remaining")).to.equal("59");
    expect(await reasonsOf(59, ATTACKER)).to.deep.equal(["UNAUTHENTICATED"]);
    await expectLimitedOverAll(ATTACKER);
    expect(await reasonsOf(5, ATTACKER, tokens.access)).to.deep.equal(["UNAUTHENTICATED"]);
    expect(service.context.statements).to.deep.equal([]);
  });

  it("tokens of an ended session are always 401, and cost one statement", async () => {
    const { user, tokens } = await signedIn(service.context);
    await logout(service.context.app, { userId: user.id, refresh: tokens.refresh });
    service.context.statements.length = 0;
    expect(await reasonsOf(100, ATTACKER, tokens.access)).to.deep.equal(["UNAUTHENTICATED"]);
    expect(service.context.statements).to.have.length(1);
  });

  it("a customer's calls of ADMIN methods are 403 within the limit of administrators, then 429", async () => {
    const { tokens } = await signedIn(service.context);
    const { tokens: others } = await signedIn(service.context);
    const input = { phone: newPhone(), is_active: false };
    for (let call = 0; call < 20; call += 1) {
      const { header } = await expectRefusal(
        protocols[call % 5]!.at(ATTACKER).call(setActive, input, tokens.access),
        "ADMIN_REQUIRED",
      );
      expect(header.get("x-ratelimit-remaining")).to.equal(String(19 - call));
    }
    for (const client of protocols) {
      await expectRefusal(client.at(ATTACKER).call(setActive, input, tokens.access), "RATE_LIMITED");
      await expectRefusal(client.at(ATTACKER).call(setActive, input, others.access), "ADMIN_REQUIRED");
    }
  });

  it("tokens with another account's session don't end that session", async () => {
    const [thief, owner] = [await signedIn(service.context), await signedIn(service.context)];
    const { sessionId } = await service.context.app.verifyAccessToken(owner.tokens.access);
    const grant = { id: service.context.infrastructure.random.uuid(), sessionId };
    const mixed = await service.context.app.accessTokens.issue(thief.user, grant);
    recordSecret(mixed);
    expect(await reasonsOf(10, ATTACKER, mixed)).to.deep.equal(["UNAUTHENTICATED"]);
    for (const client of protocols)
      await accepted(client.at(OWNER).call(getProfile, {}, owner.tokens.access));
  });

  it("tokens of an inactive account are always 401, and looked up each time", async () => {
    const { user, tokens } = await signedIn(service.context);
    const { phone } = user;
    await setAccountActive(service.context.app, { phone, isActive: false, actor: COMMAND_LINE });
    service.context.statements.length = 0;
    expect(await reasonsOf(10, ATTACKER, tokens.access)).to.deep.equal(["UNAUTHENTICATED"]);
    expect(service.context.statements).to.have.length(10);
  });

  it("forged refresh tokens don't keep neighbours from refreshing and signing out", async () => {
    const refreshed = async (client: FlowClient, refresh: string) =>
      String((await accepted(client.at(ATTACKER).call(refreshToken, { refresh }))).refresh);
    for (let call = 0; call < 30; call += 1) {
      await protocols[call % 5]!.at(ATTACKER).call(refreshToken, { refresh: "forged" });
    }
    for (const client of protocols) {
      const { tokens } = await signedIn(service.context);
      const attack = () =>
        expectRefusal(client.at(ATTACKER).call(refreshToken, { refresh: "forged" }), "RATE_LIMITED");
      const [refresh] = await Promise.all([refreshed(client, tokens.refresh), attack(), attack()]);
      const leave = client.at(ATTACKER).call(signOut, { refresh }, tokens.access);
      await Promise.all([accepted(leave), attack(), attack()]);
    }
  });

  it("calls for fresh numbers get codes for 10 a minute; the owner of another gets theirs", async () => {
    const owned: string[] = [];
    for (const _ of protocols) owned.push(await registered(service.context));
    service.context.clock.advance(60);
    for (let call = 0; call < 10; call += 1) {
      await accepted(protocols[call % 5]!.at(ATTACKER).call(resendCode, { phone: newPhone() }));
    }
    const attack = protocols.map((client) =>
      expectRefusal(client.at(ATTACKER).call(resendCode, { phone: newPhone() }), "RATE_LIMITED"),
    );
    const owners = protocols.map((client, index) =>
      accepted(client.at("127.0.0.1").call(resendCode, { phone: owned[index]! })),
    );
    await Promise.all([...attack, ...owners]);
    for (const phone of owned) expect(service.context.outbox.to(phone)).to.have.length(2);
  });

  it("wrong codes don't keep a number's owner from activating", async () => {
    for (const client of protocols) {
      const phone = await registered(service.context);
      const code = service.context.outbox.codeFor(phone);
      for (let call = 0; call < 3; call += 1) {
        await expectRefusal(client.at(ATTACKER).call(activate, { phone, code: "000000" }), "CODE_INCORRECT");
      }
      await Promise.all([
        expectRefusal(client.at(ATTACKER).call(activate, { phone, code: "000000" }), "RATE_LIMITED"),
        accepted(client.at("127.0.0.1").call(activate, { phone, code })),
        expectRefusal(client.at(ATTACKER).call(activate, { phone, code: "000000" }), "RATE_LIMITED"),
      ]);
      service.context.clock.advance(60);
    }
  });
});

describe("calls for codes from one address, for number after number", () => {
  const prefix = testKeyPrefix();
  const redis = useFixture(
    async () => ({ client: new Redis(testRedisUrl()) }),
    ({ client }) => client.disconnect(),
  );
  // An hour instead of the minute: no call leaves the window while the machine is slow.
  const service = useTestService({
    environment: { REDIS_PREFIX: prefix, TRUSTED_PROXIES: "127.0.0.1", LIMIT_RESEND_CODE_IP: "10/hour" },
  });
  const protocols = useAllClients(service);

  it("leave keys in Redis for the ten that passed, however many are refused", async () => {
    const call = (index: number) =>
      protocols[index % protocols.length]!.at(ATTACKER).call(resendCode, { phone: newPhone() });
    const reasons: (string | undefined)[] = [];
    for (let wave = 0; wave < 15; wave += 1) {
      const calls = Array.from({ length: 20 }, (_, index) => call(index));
      reasons.push(...(await Promise.all(calls)).map(({ reason }) => reason));
    }
    expect(reasons.filter((reason) => reason === "RATE_LIMITED")).to.have.length(290);
    expect(reasons.filter((reason) => reason === undefined)).to.have.length(10);
    // A minute's and a day's for each number, and the address's own. Only the first two are the caller's choice.
    const keys = (await redis.client.keys(`${prefix}*`)).filter((key) => !key.includes(":probe"));
    expect(keys.filter((key) => key.includes("@"))).to.have.length(20);
    expect(keys).to.have.length(21);
  });
});

describe("connections of one address to the service", () => {
  const few = useTestService({ environment: { REDIS_URL: "", MAX_CONNECTIONS_PER_ADDRESS: "5" } });
  const many = useTestService({ environment: { REDIS_URL: "" } });

  const ping = { ":method": "GET", ":path": "/ping/" };
  const requests = {
    "HTTP/1.1": getRequest("/ping/"),
    "HTTP/2": Buffer.concat([preface, settings, requestFrame(1, ping, flag.endHeaders | flag.endStream)]),
  };

  /** Opens a connection from `address`; rejects unless a request on it is answered. */
  async function open(service: TestService, address: string, request: string | Buffer): Promise<RawClient> {
    const client = await connectRaw(Number(new URL(service.origin).port), false, address);
    client.send(request);
    await client.until("pong");
    return client;
  }

  for (const [index, [name, request]] of Object.entries(requests).entries()) {
    const crowd = `127.0.0.${10 + index}`;
    for (const [title, service, limit] of [
      ["are as many as MAX_CONNECTIONS_PER_ADDRESS", few, 5],
      ["are 256 when it is not set", many, 256],
    ] as const) {
      it(`${title}, over ${name}`, async () => {
        const held = await Promise.all(Array.from({ length: limit }, () => open(service, crowd, request)));
        for (const other of Object.values(requests)) {
          expect(String(await rejection(open(service, crowd, other)))).to.include("hung up");
          held.push(await open(service, "127.0.0.9", other));
        }
        for (const client of held) client.reset();
      });
    }
  }
});
