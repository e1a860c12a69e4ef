import { expect } from "chai";
import { decodeJwt } from "jose";
import { setAccountActive } from "../../src/accounts/set-account-active.js";
import { setRights } from "../../src/accounts/set-rights.js";
import { COMMAND_LINE } from "../../src/audit/act.js";
import { login } from "../../src/auth/login.js";
import { useTestService } from "../support/service.js";
import { newService, serviceToken, tokenOf } from "../support/services.js";
import { signedIn, testPassword } from "../support/test-context.js";
import { type Credentials, expectError, post } from "./oauth-client.js";

const SCOPES = ["users.read", "tokens.introspect"];

describe("the introspection endpoint", () => {
  const service = useTestService();
  let billing: Credentials;
  before(async () => {
    billing = await newService(service.context, SCOPES);
  });

  const ask = (parameters: Record<string, string>, credentials: Credentials | null = billing) =>
    post(`${service.origin}/oauth2/introspect`, parameters, credentials);

  async function expectInactive(token: string, name?: string): Promise<void> {
    const { status, content, header } = await ask({ token });
    expect({ status, content }, name).to.deep.equal({ status: 200, content: { active: false } });
    expect(header.get("cache-control")).to.equal("no-store");
  }

  it("tells whose a user's token is", async () => {
    const { user, tokens } = await signedIn(service.context);
    const { status, content } = await ask({ token: tokens.access });
    const { sid, jti, iat, exp, iss } = decodeJwt(tokens.access);
    expect(status).to.equal(200);
    expect(content).to.deep.equal({
      active: true,
      token_type: "Bearer",
      ...{ iss, sid, jti, iat, exp },
      aud: "waterbill",
      sub: String(user.id),
      username: user.phone,
      user_id: user.id,
      phone: user.phone,
      first_name: "John",
      last_name: "Doe",
      full_name: "John Doe",
      roles: [],
    });
  });

  it("tells rights and names as they are now", async () => {
    const { user, tokens } = await signedIn(service.context);
    const rights = () => ({ isStaff: true, isSuperuser: true });
    await setRights(service.context.app, { phone: user.phone, actor: COMMAND_LINE, rights });
    expect((await ask({ token: tokens.access })).content.roles).to.deep.equal(["staff", "superuser"]);
  });

  it("tells which service's a token is, and what it may do now", async () => {
    const other = await newService(service.context, SCOPES);
    const token = await tokenOf(service.context, other.name, SCOPES);
    const read = async () => (await ask({ token, token_type_hint: "refresh_token" })).content;
    expect(await read()).to.include({
      active: true,
      sub: `service:${other.name}`,
      client_id: other.name,
      scope: "users.read tokens.introspect",
    });
    expect(await read()).not.to.have.any.keys("user_id", "username", "sid");
    await service.context.app.services.change(null, other.name, { scopes: ["users.read"] });
    expect((await read()).scope).to.equal("users.read");
    await service.context.app.services.change(null, other.name, { isDisabled: true, refusesTokens: true });
    await expectInactive(token);
  });

  it("takes nothing else for active: an ended session, a deactivated account, an expired token", async () => {
    const { app, clock } = service.context;
    const { user, tokens } = await signedIn(service.context);
    await app.sessions.endAll(null, user.id, null);
    await expectInactive(tokens.access, "ended session");

    const deactivated = await signedIn(service.context);
    const { phone } = deactivated.user;
    await setAccountActive(app, { phone, isActive: false, actor: COMMAND_LINE });
    await expectInactive(deactivated.tokens.access, "deactivated account");

    const expired = await signedIn(service.context);
    const ofService = await serviceToken(service.context, SCOPES);
    clock.advance(900);
    await expectInactive(expired.tokens.access, "expired");
    await expectInactive(ofService, "expired, of a service");
  });

  it("takes nothing else for active: a refresh token, garbage, another key", async () => {
    const { tokens } = await signedIn(service.context);
    const [header, payload] = tokens.access.split(".");
    const texts = {
      "refresh token": tokens.refresh,
      garbage: "garbage",
      "NUL and more": "\0é\n",
      "without a signature": `${header}.${payload}.`,
      "another signature": `${header}.${payload}.${"A".repeat(86)}`,
      "with the scheme": `Bearer ${tokens.access}`,
      long: "a".repeat(20_000),
    };
    for (const [name, text] of Object.entries(texts)) await expectInactive(text, name);
  });

  it("counts as presenting the token: the refresh token that came with it has arrived", async () => {
    const { context } = service;
    const { user, tokens } = await signedIn(context);
    const refreshed = await fetch(`${service.origin}/api/token/refresh/`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ refresh: tokens.refresh }),
    });
    const { access } = (await refreshed.json()) as { access: string };
    const sessionId = String(decodeJwt(access).sid);
    const unconfirmed = async () => {
      const session = await context.app.sessions.find(null, sessionId, user.id);
      return session !== null && session !== "ended" && session.unconfirmedId !== null;
    };
    expect(await unconfirmed()).to.equal(true);
    expect((await ask({ token: access })).content.active).to.equal(true);
    await context.settle();
    expect(await unconfirmed()).to.equal(false);
  });

  it("answers only to a service that may ask", async () => {
    const { tokens } = await signedIn(service.context);
    const parameters = { token: tokens.access };
    expectError(await ask(parameters, null), 401, "invalid_client");
    expectError(await ask(parameters, { ...billing, secret: "wrong" }), 401, "invalid_client");
    expectError(await ask(parameters, { name: "nobody", secret: billing.secret }), 401, "invalid_client");
    expectError(await ask({}), 400, "invalid_request");
    expectError(await ask({ token: "" }), 400, "invalid_request");
    const reader = await newService(service.context, ["users.read"]);
    expectError(await ask(parameters, reader), 403, "insufficient_scope");
    expectError(await ask({}, reader), 403, "insufficient_scope");
  });

  it("asks the database once for the client, once for the token, and for an unknown client as often", async () => {
    const { context } = service;
    const { user } = await signedIn(context);
    const { tokens } = await login(context.app, { phone: user.phone, password: testPassword });
    await ask({ token: tokens.access });
    await context.settle();
    context.statements.length = 0;
    await ask({ token: tokens.access });
    expect(context.statements).to.have.length(2);
    context.statements.length = 0;
    await ask({ token: tokens.access }, { ...billing, secret: "wrong" });
    const forKnown = context.statements.length;
    context.statements.length = 0;
    await ask({ token: tokens.access }, { name: "nobody", secret: "wrong" });
    expect([forKnown, context.statements.length]).to.deep.equal([1, 1]);
  });
});
