import { expect } from "chai";
import { AccountService } from "#gen/waterbill/identity/v1/account_service_pb.js";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { setAccountActive } from "../../src/accounts/set-account-active.js";
import { COMMAND_LINE } from "../../src/audit/act.js";
import { logout } from "../../src/auth/logout.js";
import { recordSecret } from "../support/log.js";
import { useTestService } from "../support/service.js";
import { newPhone, registered, signedIn } from "../support/test-context.js";
import { accepted, expectRefusal, type FlowClient, useAllClients } from "./all-protocols.js";

const { activate, refreshToken, resendCode, logout: signOut } = AuthService.method;
const { getProfile, confirmPasswordChange } = ProfileService.method;
const { setAccountActive: setActive } = AccountService.method;

const ATTACKER = "203.0.113.9";
const OWNER = "192.0.2.200";
const CARRIER = "41.202.192.5";

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

  async function expectLimitedOverAll(address: string, token?: string) {
    for (const client of protocols) {
      const { header } = await expectRefusal(client.at(address).call(getProfile, {}, token), "RATE_LIMITED");
      expect(header.get("retry-after"), client.name).to.equal("60");
      expect(header.get("x-ratelimit-remaining"), client.name).to.equal("0");
    }
  }

  it("calls without a token of ours get 429 after 60 a minute; neighbours with one are served", async () => {
    const { tokens } = await signedIn(service.context);
    const [first] = protocols;
    const { header } = await first!.at(ATTACKER).call(getProfile, {});
    expect(header.get("x-ratelimit-limit")).to.equal("60");
    expect(header.get("x-ratelimit-remaining")).to.equal("59");
    expect(await reasonsOf(29, ATTACKER)).to.deep.equal(["UNAUTHENTICATED"]);
    expect(await reasonsOf(30, ATTACKER, "e30.e30.c2ln")).to.deep.equal(["UNAUTHENTICATED"]);
    await expectLimitedOverAll(ATTACKER);
    await expectLimitedOverAll(ATTACKER, "e30.e30.c2ln");
    const optional = { token: newPhone(), code: "x", new_password: "x", new_password_confirm: "x" };
    for (const client of protocols) {
      const forged = client.at(ATTACKER).call(confirmPasswordChange, optional, "e30.e30.c2ln");
      await expectRefusal(forged, "RATE_LIMITED");
      await accepted(client.at(ATTACKER).call(getProfile, {}, tokens.access));
      await expectRefusal(client.at("203.0.113.10").call(getProfile, {}), "UNAUTHENTICATED");
    }
    service.context.clock.advance(60);
    expect(await reasonsOf(1, ATTACKER)).to.deep.equal(["UNAUTHENTICATED"]);
  });

  it("calls without a token get twice as many from a network with the factor 2", async () => {
    expect(await reasonsOf(120, CARRIER)).to.deep.equal(["UNAUTHENTICATED"]);
    await expectLimitedOverAll(CARRIER);
  });

  it("expired tokens are always 401, uncounted and without a statement", async () => {
    const { tokens } = await signedIn(service.context);
    service.context.clock.advance(901);
    service.context.statements.length = 0;
    expect(await reasonsOf(100, ATTACKER, tokens.access)).to.deep.equal(["UNAUTHENTICATED"]);
    expect(service.context.statements).to.deep.equal([]);
    const { header } = await protocols[0]!.at(ATTACKER).call(getProfile, {});
    expect(header.get("x-ratelimit-remaining")).to.equal("59");
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
      await expectRefusal(client.at(ATTACKER).call(refreshToken, { refresh: "forged" }), "RATE_LIMITED");
      const { tokens } = await signedIn(service.context);
      const refresh = await refreshed(client, tokens.refresh);
      await accepted(client.at(ATTACKER).call(signOut, { refresh }, tokens.access));
    }
  });

  it("calls for fresh numbers get codes for 10 a minute; the owner of another gets theirs", async () => {
    for (let call = 0; call < 10; call += 1) {
      await accepted(protocols[call % 5]!.at(ATTACKER).call(resendCode, { phone: newPhone() }));
    }
    for (const client of protocols) {
      await expectRefusal(client.at(ATTACKER).call(resendCode, { phone: newPhone() }), "RATE_LIMITED");
    }
    const phone = await registered(service.context);
    service.context.clock.advance(60);
    await accepted(protocols[4]!.call(resendCode, { phone }));
  });

  it("wrong codes don't keep a number's owner from activating", async () => {
    for (const client of protocols) {
      const phone = await registered(service.context);
      const code = service.context.outbox.codeFor(phone);
      for (let call = 0; call < 3; call += 1) {
        await expectRefusal(client.at(ATTACKER).call(activate, { phone, code: "000000" }), "CODE_INCORRECT");
      }
      await expectRefusal(client.at(ATTACKER).call(activate, { phone, code: "000000" }), "RATE_LIMITED");
      await accepted(client.at("127.0.0.1").call(activate, { phone, code }));
      service.context.clock.advance(60);
    }
  });
});
