import { expect } from "chai";
import type { JWK } from "jose";
import type { AppContext } from "../../src/context.js";
import { UnknownTokenError } from "../../src/sessions/unknown-token-error.js";
import { forgeTokens } from "../support/forged-tokens.js";
import { rejection, rejectionReason } from "../support/rejection.js";
import { newService, tokenOf } from "../support/services.js";
import { signedIn, useTestContext } from "../support/test-context.js";

describe("a service's token", () => {
  const context = useTestContext();
  let other: AppContext;
  before(() => {
    other = context.anotherProcess();
  });

  /** The reason of the refusal, by the process that issued the token and by another one. */
  async function refusal(token: string): Promise<string> {
    const reasons = [];
    for (const app of [context.app, other]) {
      const error = await rejection(app.verifyServiceToken(token));
      expect(error).not.to.be.instanceOf(UnknownTokenError);
      reasons.push(await rejectionReason(Promise.reject(error)));
    }
    expect(new Set(reasons).size).to.equal(1);
    return reasons[0]!;
  }

  /** The number of statements that `work` sends. */
  async function statementsOf(work: () => Promise<unknown>): Promise<number> {
    context.statements.length = 0;
    await work();
    return context.statements.length;
  }

  it("is the service with its scopes, by one statement", async () => {
    const { name } = await newService(context, ["users.read", "tokens.introspect"]);
    const token = await tokenOf(context, name);
    for (const app of [context.app, other]) {
      expect(await app.verifyServiceToken(token)).to.deep.equal({
        ...{ name, scopes: ["users.read", "tokens.introspect"] },
      });
      expect(await statementsOf(() => app.verifyServiceToken(token))).to.equal(1);
    }
  });

  it("has the scopes that it was issued with and that the service has now", async () => {
    const { name } = await newService(context, ["users.read", "tokens.introspect"]);
    const token = await tokenOf(context, name);
    const scopesAfter = async (...scopes: string[]) => {
      await context.app.services.change(null, name, { scopes });
      return (await context.app.verifyServiceToken(token)).scopes;
    };
    expect(await scopesAfter("users.read")).to.deep.equal(["users.read"]);
    expect(await scopesAfter("events.read")).to.deep.equal([]);
    expect(await scopesAfter("events.read", "tokens.introspect")).to.deep.equal(["tokens.introspect"]);
    const { scopes } = await context.app.verifyServiceToken(
      await tokenOf(context, name, ["tokens.introspect"]),
    );
    expect(scopes).to.deep.equal(["tokens.introspect"]);
  });

  it("is refused from when the service is disabled, also once it is enabled again", async () => {
    const { name } = await newService(context, ["users.read"]);
    const token = await tokenOf(context, name);
    await context.app.services.change(null, name, { isDisabled: true, refusesTokens: true });
    expect(await refusal(token)).to.equal("UNAUTHENTICATED");
    const whileDisabled = await tokenOf(context, name);
    expect(await refusal(whileDisabled)).to.equal("UNAUTHENTICATED");
    await context.app.services.change(null, name, { isDisabled: false });
    expect(await refusal(token)).to.equal("UNAUTHENTICATED");
    const after = await tokenOf(context, name);
    expect(await context.app.verifyServiceToken(after)).to.include({ name });
  });

  it("is refused if it names another grant than the service's, or no service", async () => {
    const { name } = await newService(context, ["users.read"]);
    const other = await newService(context, ["users.read"]);
    const grantOf = async (service: string) => (await context.app.services.find(null, service))!.grantId;
    const issue = (service: string, grantId: string) =>
      context.app.accessTokens.issueForService({ service, scopes: ["users.read"], grantId });
    const before = await grantOf(name);
    expect(await context.app.verifyServiceToken(issue(name, before))).to.include({ name });
    expect(await refusal(issue(name, await grantOf(other.name)))).to.equal("UNAUTHENTICATED");
    expect(await refusal(issue("unknown", before))).to.equal("UNAUTHENTICATED");
    await context.app.services.change(null, name, { refusesTokens: true });
    expect(await refusal(issue(name, before))).to.equal("UNAUTHENTICATED");
    expect(await context.app.verifyServiceToken(issue(name, await grantOf(name)))).to.include({ name });
  });

  it("is refused once it has expired, without a statement", async () => {
    const { name } = await newService(context, ["users.read"]);
    const token = await tokenOf(context, name);
    context.clock.advance(context.app.accessTokens.serviceTtlSeconds - 1);
    expect(await context.app.verifyServiceToken(token)).to.include({ name });
    context.clock.advance(1);
    expect(await statementsOf(() => refusal(token))).to.equal(0);
    expect(await refusal(token)).to.equal("UNAUTHENTICATED");
  });

  it("is none that a user has, which lacks every scope, without a statement", async () => {
    const { tokens } = await signedIn(context);
    expect(await statementsOf(() => refusal(tokens.access))).to.equal(0);
    expect(await refusal(tokens.access)).to.equal("SCOPE_REQUIRED");
    context.clock.advance(context.app.accessTokens.ttlSeconds);
    expect(await refusal(tokens.access)).to.equal("UNAUTHENTICATED");
  });

  it("is none that we did not sign, which is an unknown token, without a statement", async () => {
    const { name } = await newService(context, ["users.read"]);
    const token = await tokenOf(context, name);
    const [key] = context.app.keyRing.published();
    const { tokens } = await signedIn(context);
    const others = {
      ...(await forgeTokens(token, key as JWK)),
      "a refresh token": tokens.refresh,
      nothing: "",
    };
    for (const [what, forged] of Object.entries(others)) {
      const check = async () =>
        expect(await rejection(context.app.verifyServiceToken(forged)), what).to.be.instanceOf(
          UnknownTokenError,
        );
      expect(await statementsOf(check), what).to.equal(0);
    }
  });

  it("doesn't sign anybody in", async () => {
    const { name } = await newService(context, ["users.read"]);
    const token = await tokenOf(context, name);
    expect(await statementsOf(() => rejection(context.app.verifyAccessToken(token, "127.0.0.1")))).to.equal(
      0,
    );
    expect(await rejectionReason(context.app.verifyAccessToken(token, "127.0.0.1"))).to.equal(
      "UNAUTHENTICATED",
    );
  });
});
