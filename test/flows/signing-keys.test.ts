import { expect } from "chai";
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from "jose";
import { type App, createApp } from "../../src/app.js";
import { login } from "../../src/auth/login.js";
import { refreshSession } from "../../src/auth/refresh-session.js";
import type { AppContext } from "../../src/context.js";
import type { TokenPair } from "../../src/sessions/token-pair.js";
import type { KeyFollower } from "../../src/signing-keys/follow-keys.js";
import { revokeKey, rotateKeys } from "../../src/signing-keys/rotate-keys.js";
import { createSigning } from "../../src/signing-keys/signing.js";
import { systemRandom } from "../../src/system/random.js";
import { useFixture } from "../support/fixture.js";
import { testLogger } from "../support/log.js";
import { rejection } from "../support/rejection.js";
import { generousLimits, useTestService } from "../support/service.js";
import { activeUser, testKeys, testPassword } from "../support/test-context.js";

const DAY_SECONDS = 86_400;

/** One of two servers on the same database, each with its own ring. */
interface Server {
  origin: string;
  context: AppContext;
  keyFollower: KeyFollower;
}

describe("signing keys of two servers", () => {
  // An address that brings tokens that we did not sign is soon refused.
  const service = useTestService({ environment: { ...generousLimits, LIMIT_UNAUTHENTICATED: "3/hour" } });
  const second = useFixture(
    async () => {
      const { config, infrastructure, overrides } = service.context;
      const signing = createSigning(config, {
        database: infrastructure.database,
        secrets: [testKeys.encryption],
        random: systemRandom,
        logger: testLogger(),
      });
      const database = { ...infrastructure.database, close: async () => {} };
      const app: App = createApp(
        config,
        { ...infrastructure, ...signing, database },
        testLogger(),
        overrides,
      );
      const { port } = await app.listen();
      return { app, origin: `http://127.0.0.1:${port}`, keyFollower: signing.keyFollower };
    },
    ({ app }) => app.close(),
  );
  const servers = (): [Server, Server] => [
    {
      origin: service.origin,
      context: service.context.app,
      keyFollower: service.context.infrastructure.keyFollower,
    },
    { origin: second.origin, context: second.app.context, keyFollower: second.keyFollower },
  ];

  async function status({ origin }: Server, access: string): Promise<number> {
    const headers = { Authorization: `Bearer ${access}` };
    return (await fetch(`${origin}/api/profile/`, { headers })).status;
  }

  /** Fails unless every server accepts every token. */
  async function expectAccepted(tokens: readonly TokenPair[]): Promise<void> {
    for (const server of servers()) {
      const statuses = await Promise.all(tokens.map(({ access }) => status(server, access)));
      expect(statuses).to.deep.equal(tokens.map(() => 200));
    }
  }

  /** Signs in at each server. */
  async function signInAtBoth(): Promise<TokenPair[]> {
    const { phone } = await activeUser(service.context);
    const signIns = servers().map(({ context }) => login(context, { phone, password: testPassword }));
    return (await Promise.all(signIns)).map(({ tokens }) => tokens);
  }

  /** Lets the key that stands by have been published for another day. */
  async function passDay(): Promise<void> {
    const text = `UPDATE signing_keys SET created_at = created_at - moved.by, signs_from = signs_from - moved.by
                  FROM (SELECT $1::float8 * interval '1 s' AS by) AS moved WHERE signing_since IS NULL`;
    const statement = { name: "test_pass_key_time", text };
    await service.context.infrastructure.database.run(null, statement, [DAY_SECONDS + 1]);
  }

  const kidOf = ({ access }: TokenPair) => String(decodeProtectedHeader(access).kid);
  const keySet = ({ context }: Server) =>
    createLocalJWKSet({ keys: [...context.keyRing.published()] } as JSONWebKeySet);
  const keysDeps = () => service.context.infrastructure;

  it("accept all tokens of each other across two rotations, whoever follows first", async () => {
    const tokens = await signInAtBoth();
    for (const order of [servers(), servers().reverse()]) {
      await passDay();
      const rotation = await rotateKeys(keysDeps(), { force: false });
      expect(rotation.outcome).to.equal("rotated");
      tokens.push(...(await signInAtBoth()));
      await expectAccepted(tokens);
      for (const { keyFollower } of order) {
        await keyFollower.follow();
        tokens.push(...(await signInAtBoth()));
        await expectAccepted(tokens);
      }
    }
    expect(new Set(tokens.map(kidOf)).size).to.equal(3);
  });

  it("change by themselves when the key is old, at whichever server notices first", async () => {
    const tokens = await signInAtBoth();
    const text =
      "UPDATE signing_keys SET signing_since = signing_since - interval '91 days' WHERE retired_at IS NULL";
    await service.context.infrastructure.database.run(null, { name: "test_old_key", text }, []);
    const [one, two] = servers();
    await two.keyFollower.follow();
    expect((await signInAtBoth()).map(kidOf)).to.deep.equal(tokens.map(kidOf));
    await passDay();
    await Promise.all([one.keyFollower.follow(), two.keyFollower.follow()]);
    const renewed = await signInAtBoth();
    expect(new Set(renewed.map(kidOf)).size).to.equal(1);
    expect(kidOf(renewed[0]!)).not.to.equal(kidOf(tokens[0]!));
    await expectAccepted([...tokens, ...renewed]);
  });

  /** Revokes the key that signed `pair`, and lets both servers follow. */
  async function revokeKeyOf(pair: TokenPair): Promise<void> {
    expect(await revokeKey(keysDeps(), { kid: kidOf(pair), reason: "it leaked" })).to.equal("revoked");
    for (const { keyFollower } of servers()) await keyFollower.follow();
  }

  /** Refreshes each session at the server that did not open it. */
  async function refreshElsewhere(tokens: readonly TokenPair[]): Promise<TokenPair[]> {
    const elsewhere = servers().reverse();
    return Promise.all(
      tokens.map(({ refresh }, index) => refreshSession(elsewhere[index % 2]!.context, { refresh })),
    );
  }

  it("accept no token of a revoked key, and give new ones for a refresh, however often the old ones come", async () => {
    const tokens = await signInAtBoth();
    await expectAccepted(tokens);
    await revokeKeyOf(tokens[0]!);
    for (const server of servers()) {
      // More calls than LIMIT_UNAUTHENTICATED: 401 is what makes a phone refresh.
      const calls = [...tokens, ...tokens, ...tokens].map(({ access }) => status(server, access));
      expect(new Set(await Promise.all(calls))).to.deep.equal(new Set([401]));
    }
    await expectAccepted(await refreshElsewhere(tokens));
  });

  it("sign after a revocation with a key that verifiers already have", async () => {
    const tokens = await signInAtBoth();
    const cached = servers().map(keySet);
    await revokeKeyOf(tokens[0]!);
    const { issuer, audience } = service.context.config.tokens;
    const options = { issuer, audience, typ: "at+jwt", currentDate: service.context.clock.now() };
    for (const { access } of await refreshElsewhere(tokens)) {
      for (const keys of cached) await jwtVerify(access, keys, options);
    }
    for (const server of servers()) {
      const refused = await rejection(jwtVerify(tokens[0]!.access, keySet(server), options));
      expect(refused).to.have.property("code", "ERR_JWKS_NO_MATCHING_KEY");
    }
  });

  it("are no keys that were put into the table by hand", async () => {
    const [one, two] = servers();
    const before = one.context.keyRing.published();
    const text = `INSERT INTO signing_keys (kid, algorithm, sealed_key, created_at, signs_from, signing_since, token_seconds)
                  SELECT repeat('x', 43), algorithm, sealed_key, created_at, signs_from, clock_timestamp(), token_seconds
                  FROM signing_keys WHERE signing_since IS NOT NULL AND revoked_at IS NULL LIMIT 1`;
    await service.context.infrastructure.database.run(null, { name: "test_key_by_hand", text }, []);
    for (const { keyFollower } of servers()) await keyFollower.follow();
    for (const { context } of [one, two]) expect(context.keyRing.published()).to.deep.equal(before);
    await expectAccepted(await signInAtBoth());
  });
});
