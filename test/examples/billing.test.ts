import { Metadata, status } from "@grpc/grpc-js";
import { expect } from "chai";
import { createIdentityClient } from "../../examples/billing/identity-client.js";
import { createServiceTokens, type ServiceTokens } from "../../examples/billing/service-tokens.js";
import { StatusError } from "../../examples/billing/status-error.js";
import { createAuthenticate } from "../../examples/billing/user-tokens.js";
import { administrator } from "../support/administrator.js";
import { recordSecret } from "../support/log.js";
import { refusedTokens, signedToken } from "../support/refused-tokens.js";
import { rejection } from "../support/rejection.js";
import { freePort } from "../support/server-process.js";
import { useTestService } from "../support/service.js";
import { newService, serviceToken } from "../support/services.js";
import { activeUser, atOnce, signedIn } from "../support/test-context.js";

const SCOPES = ["users.read"];
const CALLS = 20;

async function rejectionStatus(promise: Promise<unknown>): Promise<string | undefined> {
  const error = await rejection(promise);
  if (!(error instanceof StatusError)) throw error;
  return status[error.code];
}

const nowhere = async () => `http://127.0.0.1:${await freePort()}`;

describe("examples/billing", () => {
  const service = useTestService();

  // The example's clock is the real one.
  before(() => service.context.clock.set(new Date().toISOString()));

  /** The tokens of a new service, and the changes that operators make to it. */
  async function newTokens({ scopes = SCOPES, now = (): number => 0 } = {}) {
    const { name, secret } = await newService(service.context, scopes);
    const { services } = service.context.app;
    const tokens = createServiceTokens({ url: service.origin, clientId: name, clientSecret: secret }, now);
    return {
      tokens: {
        ...tokens,
        async get() {
          const token = await tokens.get();
          recordSecret(token);
          return token;
        },
      },
      revokeTokens: () => services.change(null, name, { refusesTokens: true }),
      disable: () => services.change(null, name, { isDisabled: true, refusesTokens: true }),
    };
  }

  async function withClient<Result>(
    tokens: ServiceTokens,
    work: (client: ReturnType<typeof createIdentityClient>) => Promise<Result>,
    url = service.origin,
  ): Promise<Result> {
    const client = createIdentityClient(url, tokens);
    try {
      return await work(client);
    } finally {
      client.close();
    }
  }

  const findUsers = (tokens: ServiceTokens, ids: readonly number[], url?: string) =>
    withClient(tokens, (client) => client.findUsers(ids), url);

  describe("the service's tokens", () => {
    it("are shared by all calls until shortly before they expire", async () => {
      let now = 0;
      const { tokens } = await newTokens({ now: () => now });
      const get = async () => new Set(await atOnce(CALLS, tokens.get));
      const [first, ...others] = await get();
      expect(others).to.be.empty;
      now = 539_999;
      expect([...(await get())]).to.deep.equal([first]);
      now = 540_000;
      const next = await get();
      expect(next).to.have.property("size", 1);
      expect(next).not.to.include(first);
    });

    it("are asked for again after a failure", async () => {
      const { name, secret } = await newService(service.context, SCOPES);
      const { services } = service.context.app;
      const tokens = createServiceTokens({ url: service.origin, clientId: name, clientSecret: secret });
      await services.change(null, name, { isDisabled: true });
      expect(await rejectionStatus(tokens.get())).to.equal("INTERNAL");
      await services.change(null, name, { isDisabled: false });
      expect(await tokens.get()).to.be.a("string");
    });

    it("are replaced once when they are refused", async () => {
      const { tokens, revokeTokens } = await newTokens();
      const { id, phone } = await activeUser(service.context);
      const first = await tokens.get();
      await revokeTokens();
      const seen = new Set<string>();
      const watched = {
        ...tokens,
        async get() {
          const token = await tokens.get();
          seen.add(token);
          return token;
        },
      };
      await withClient(watched, async (client) => {
        for (const found of await atOnce(CALLS, () => client.findUsers([id]))) {
          expect(found).to.be.a("map");
          expect([...(found as Map<number, object>).values()]).to.have.nested.property("[0].phone", phone);
        }
      });
      // A call that was under way for long may say late that the first one was refused.
      tokens.forget(first);
      expect([...seen]).to.deep.equal([first, await tokens.get()]);
    });
  });

  describe("the look-up of users", () => {
    it("takes each id once, 500 in a call", async () => {
      const { tokens } = await newTokens();
      const { id, phone } = await activeUser(service.context);
      const unknown = Array.from({ length: 1_000 }, (_, index) => 3_000_000 + index);
      service.context.statements.length = 0;
      const users = await findUsers(tokens, [...unknown, id, ...unknown, id]);
      const lookups = service.context.statements.filter((text) => text.includes("ANY ($1::int[])"));
      expect(lookups).to.have.length(3);
      expect([...users.keys()]).to.deep.equal([id]);
      expect(users.get(id)).to.include({ id, phone, fullName: "John Doe" });
    });

    it("calls nobody without ids", async () => {
      const { tokens } = await newTokens();
      expect(await findUsers(tokens, [], await nowhere())).to.be.empty;
    });

    it("fails with INTERNAL if the service may not look users up", async () => {
      const { tokens: withoutScope } = await newTokens({ scopes: ["tokens.introspect"] });
      expect(await rejectionStatus(findUsers(withoutScope, [1]))).to.equal("INTERNAL");
      const { tokens, disable } = await newTokens();
      await findUsers(tokens, [1]);
      await disable();
      expect(await rejectionStatus(findUsers(tokens, [1]))).to.equal("INTERNAL");
    });

    it("fails with UNAVAILABLE if there is no identity service", async () => {
      const { tokens } = await newTokens();
      expect(await rejectionStatus(findUsers(tokens, [1], await nowhere()))).to.equal("UNAVAILABLE");
      const none = createServiceTokens({ url: await nowhere(), clientId: "billing", clientSecret: "?" });
      expect(await rejectionStatus(findUsers(none, [1]))).to.equal("UNAVAILABLE");
    });
  });

  describe("the tokens of people", () => {
    const authenticate = (token: string, url = service.origin) => {
      const metadata = new Metadata();
      metadata.set("authorization", `Bearer ${token}`);
      const { issuer, audience } = service.context.config.tokens;
      return createAuthenticate({ url, issuer, audience })(metadata);
    };

    it("say who they are", async () => {
      const { user, tokens } = await signedIn(service.context);
      expect(await authenticate(tokens.access)).to.deep.equal({ userId: user.id, roles: [] });
      const admin = await administrator(service.context);
      expect(await authenticate(admin.tokens.access)).to.deep.equal({
        userId: admin.user.id,
        roles: ["staff"],
      });
    });

    it("are refused if they are anything else", async () => {
      const { tokens } = await signedIn(service.context);
      const refused = {
        ...(await refusedTokens(service, tokens)),
        "of a service": await serviceToken(service.context, SCOPES),
        "with another use": signedToken(service, tokens.access, { token_type: "service" }),
        "that is empty": "",
      };
      for (const [name, token] of Object.entries(refused)) {
        expect(await rejectionStatus(authenticate(token)), `a token ${name}`).to.equal("UNAUTHENTICATED");
      }
    });

    it("are UNAVAILABLE to verify while there are no keys", async () => {
      const { tokens } = await signedIn(service.context);
      expect(await rejectionStatus(authenticate(tokens.access, await nowhere()))).to.equal("UNAVAILABLE");
      // A response, but not one with keys.
      const wrong = `${service.origin}/nothing`;
      expect(await rejectionStatus(authenticate(tokens.access, wrong))).to.equal("UNAVAILABLE");
    });
  });
});
