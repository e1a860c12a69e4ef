import { expect } from "chai";
import pg from "pg";
import { activateAccount } from "../../bench/anchors/bare-activate.js";
import { readProfile } from "../../bench/anchors/bare-profile.js";
import { refreshSession } from "../../bench/anchors/bare-refresh.js";
import { openLimits, openPool } from "../../bench/anchors/bare-stores.js";
import { barePair, createBareTokens } from "../../bench/anchors/bare-tokens.js";
import { addRegistrations } from "../../bench/people/registrations.js";
import { createAuditKeys } from "../../src/audit/audit-keys.js";
import { createSealFirstActs } from "../../src/audit/first-acts.js";
import { verifyHistory } from "../../src/audit/verify-history.js";
import { activate } from "../../src/auth/activate.js";
import { refreshSession as refreshAtService } from "../../src/auth/refresh-session.js";
import { useFixture } from "../support/fixture.js";
import { recordSecret } from "../support/log.js";
import { testKeyPrefix, testRedisUrl } from "../support/redis.js";
import { rejection } from "../support/rejection.js";
import { signedIn, testKeys, useTestContext } from "../support/test-context.js";

// The anchors do what the service does, with its statements and in its database: else their cost would say nothing.
describe("the bare server of the benchmark", () => {
  // The anchors know the issuer that production has by default.
  const context = useTestContext({ environment: { TOKEN_ISSUER: "https://identity.waterbill.app" } });
  const codeKey = Buffer.from(testKeys.code);
  const database = useFixture(
    async () => {
      const client = new pg.Client(context.testDatabase.url);
      await client.connect();
      return { client };
    },
    ({ client }) => client.end(),
  );
  const deps = useFixture(
    async () => ({
      pool: openPool(context.testDatabase.url),
      limits: await openLimits(testRedisUrl(), testKeyPrefix()),
      tokens: createBareTokens(testKeys.token),
      codeKey,
      sealFirstActs: createSealFirstActs(createAuditKeys(testKeys.audit)),
    }),
    async ({ pool, limits }) => {
      limits.close();
      await pool.end();
    },
  );

  // The service signs with the key of the anchors, so that each accepts the tokens of the other.
  before(async () => {
    const { database: tables, signingKeys, keyCipher, keyFollower } = context.infrastructure;
    const { kid, privateKey } = barePair(testKeys.token);
    const name = { kid, algorithm: "ES256" };
    const sealedKey = keyCipher.seal(name, privateKey.export({ format: "der", type: "pkcs8" }));
    const key = { ...name, sealedKey, prepublishSeconds: 0, tokenSeconds: 900, isSigning: true };
    await tables.transaction((tx) => signingKeys.insert(tx, key));
    await keyFollower.follow();
  });

  // The anchors take the time from the system.
  beforeEach(() => context.clock.set(new Date().toISOString()));

  it("reads the profile that an access token of the service names", async () => {
    const { user, tokens } = await signedIn(context);
    const profile = await readProfile(deps, `Bearer ${tokens.access}`);
    expect(profile).to.include({ id: user.id, phone: user.phone, full_name: "John Doe", is_active: true });
  });

  it("refuses a token that is changed, and one of the other kind", async () => {
    const { tokens } = await signedIn(context);
    for (const token of [`${tokens.access.slice(0, -3)}AAA`, tokens.refresh]) {
      expect(await rejection(readProfile(deps, `Bearer ${token}`))).to.be.instanceOf(Error);
    }
  });

  it("refreshes a session of the service, which accepts the new tokens", async () => {
    const { user, tokens } = await signedIn(context);
    const { refresh } = tokens;
    const renewed = await refreshSession(deps, JSON.stringify({ refresh }));
    expect((await context.app.verifyAccessToken(renewed.access)).user.id).to.equal(user.id);
    await refreshAtService(context.app, { refresh: renewed.refresh });
    recordSecret(renewed.access);
    recordSecret(renewed.refresh);
  });

  it("activates a registration as the service does, with a history that verifies", async () => {
    const [registration] = await addRegistrations(database.client, codeKey, 1);
    const { id } = await activateAccount(deps, JSON.stringify(registration));
    const history = await context.app.history.page(null, id, 0, { limit: 10, omitViews: false });
    expect(history.map(({ action }) => action)).to.deep.equal(["registered", "activated"]);
    for await (const { problems } of verifyHistory(context.app, id)) expect(problems).to.deep.equal([]);
  });

  it("uses registrations that the service would activate", async () => {
    const [registration] = await addRegistrations(database.client, codeKey, 1);
    const user = await activate(context.app, { ...registration!, callerAddress: "127.0.0.1" });
    expect(user.phone).to.equal(registration!.phone);
  });

  it("refuses a wrong code", async () => {
    const [registration] = await addRegistrations(database.client, codeKey, 1);
    const code = registration!.code === "000000" ? "000001" : "000000";
    const attempt = activateAccount(deps, JSON.stringify({ ...registration, code }));
    expect(await rejection(attempt)).to.have.property("message", "the code is wrong");
  });
});
