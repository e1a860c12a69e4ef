import { expect } from "chai";
import type { JWK } from "jose";
import type { AppContext } from "../../src/context.js";
import { UnknownTokenError } from "../../src/sessions/unknown-token-error.js";
import { forgeTokens } from "../support/forged-tokens.js";
import { rejection, rejectionReason } from "../support/rejection.js";
import { newService } from "../support/services.js";
import { signedIn, useTestContext } from "../support/test-context.js";
import { newServiceToken } from "./new-service.js";

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
    const token = await newServiceToken(context.app, name);
    for (const app of [context.app, other]) {
      expect(await app.verifyServiceToken(token)).to.deep.equal({
        ...{ name, scopes: ["users.read", "tokens.introspect"] },
      });
      expect(await statementsOf(() => app.verifyServiceToken(token))).to.equal(1);
    }
  });

  it("has the scopes that it was issued with and that the service has now", async () => {
    const { name } = await newService(context, ["users.read", "tokens.introspect"]);
    const token = await newServiceToken(context.app, name);
    const scopesAfter = async (...scopes: string[]) => {
      await context.app.services.change(null, name, { scopes });
      return (await context.app.verifyServiceToken(token)).scopes;
    };
    expect(await scopesAfter("users.read")).to.deep.equal(["users.read"]);
    expect(await scopesAfter("events.read")).to.deep.equal([]);
    expect(await scopesAfter("events.read", "tokens.introspect")).to.deep.equal(["tokens.introspect"]);
    const narrow = { service: name, scopes: ["tokens.introspect"], generation: 0 };
    const { scopes } = await context.app.verifyServiceToken(context.app.accessTokens.issueForService(narrow));
    expect(scopes).to.deep.equal(["tokens.introspect"]);
  });

  it("is refused from when the service is disabled, also once it is enabled again", async () => {
    const { name } = await newService(context, ["users.read"]);
    const token = await newServiceToken(context.app, name);
    await context.app.services.change(null, name, { isDisabled: true, refusesTokens: true });
    expect(await refusal(token)).to.equal("UNAUTHENTICATED");
    const whileDisabled = await newServiceToken(context.app, name);
    expect(await refusal(whileDisabled)).to.equal("UNAUTHENTICATED");
    await context.app.services.change(null, name, { isDisabled: false });
    expect(await refusal(token)).to.equal("UNAUTHENTICATED");
    const after = await newServiceToken(context.app, name);
    expect(await context.app.verifyServiceToken(after)).to.include({ name });
  });

  it("is refused if it is of another generation, or of no service", async () => {
    const { name } = await newService(context, ["users.read"]);
    const issue = (service: string, generation: number) =>
      context.app.accessTokens.issueForService({ service, scopes: ["users.read"], generation });
    expect(await context.app.verifyServiceToken(issue(name, 0))).to.include({ name });
    await context.app.services.change(null, name, { refusesTokens: true });
    for (const generation of [0, 2, -1]) {
      expect(await refusal(issue(name, generation))).to.equal("UNAUTHENTICATED");
    }
    expect(await context.app.verifyServiceToken(issue(name, 1))).to.include({ name });
    expect(await refusal(issue("unknown", 0))).to.equal("UNAUTHENTICATED");
  });

  it("is refused once it has expired, without a statement", async () => {
    const { name } = await newService(context, ["users.read"]);
    const token = await newServiceToken(context.app, name);
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
    const token = await newServiceToken(context.app, name);
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
    const token = await newServiceToken(context.app, name);
    expect(await statementsOf(() => rejection(context.app.verifyAccessToken(token, "127.0.0.1")))).to.equal(
      0,
    );
    expect(await rejectionReason(context.app.verifyAccessToken(token, "127.0.0.1"))).to.equal(
      "UNAUTHENTICATED",
    );
  });
});
