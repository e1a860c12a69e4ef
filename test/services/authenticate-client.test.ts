import { expect } from "chai";
import { createContext } from "../../src/context.js";
import { authenticateClient } from "../../src/services/authenticate-client.js";
import { newService } from "../support/services.js";
import { useTestContext } from "../support/test-context.js";
import { assertionClaims, signAssertion } from "./assertions.js";
import { newClientKeys, newServiceWithKeys } from "./new-service.js";

/** Names that are no service's, most of which PostgreSQL would refuse or cut. */
const ODD_TEXTS = [
  ...["", " ", "\0", "billing\0", "\ud800", "é", "Billing", "a", "-billing", "a".repeat(64), "billing\n"],
  ...["billing:", "service:billing", "' OR 1=1 --", "__proto__", "\u202ebilling", "x".repeat(100_000)],
];

describe("a service that authenticates with its secret", () => {
  const context = useTestContext();
  const authenticate = async (name: string, secret: string, app = context.app) =>
    (await authenticateClient(app, { name, secret })).client?.name ?? null;

  /** The statements of `work`. */
  async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
    context.statements.length = 0;
    await work();
    return [...context.statements];
  }

  async function passTime(seconds: number): Promise<void> {
    const text = "UPDATE service_secrets SET last_used_at = last_used_at - $1::float8 * interval '1 s'";
    await context.testDatabase.database.run(null, { name: "test_pass_secret_time", text }, [seconds]);
  }

  it("is the service of this name and secret", async () => {
    const [one, two] = [await newService(context, ["users.read"]), await newService(context, ["users.read"])];
    expect((await authenticateClient(context.app, one)).client).to.deep.include({
      ...{ name: one.name, scopes: ["users.read"], disabledAt: null },
    });
    expect(await authenticate(one.name, two.secret)).to.equal(null);
    expect(await authenticate(one.name, `${one.secret} `)).to.equal(null);
    expect(await authenticate(one.name, one.secret.toLowerCase())).to.equal(null);
    expect(await authenticate("unknown", one.secret)).to.equal(null);
  });

  it("is refused, without an error, for any other text", async () => {
    const { name, secret } = await newService(context, ["users.read"]);
    for (const text of ODD_TEXTS) {
      expect(await authenticate(name, text), JSON.stringify(text.slice(0, 20))).to.equal(null);
      expect(await authenticate(name, secret + text)).to.equal(text === "" ? name : null);
      const statements = await statementsOf(() => authenticate(text, secret));
      expect(statements, JSON.stringify(text.slice(0, 20))).to.deep.equal([]);
      expect(await authenticate(text, secret)).to.equal(null);
    }
  });

  it("is refused while it is disabled", async () => {
    const { name, secret } = await newService(context, ["users.read"]);
    await context.app.services.change(null, name, { isDisabled: true });
    expect(await authenticate(name, secret)).to.equal(null);
    await context.app.services.change(null, name, { isDisabled: false });
    expect(await authenticate(name, secret)).to.equal(name);
  });

  it("is refused if it has keys instead, and a service with a secret can't sign", async () => {
    const keys = newClientKeys();
    const keyed = await newServiceWithKeys(context.app, keys.jwk);
    for (const secret of ["", "null", String(keys.jwk.x)]) {
      expect(await authenticate(keyed, secret)).to.equal(null);
    }
    const { name, secret } = await newService(context, ["users.read"]);
    const claims = assertionClaims(context.app, name);
    const key = Buffer.from(secret);
    for (const assertion of [
      await signAssertion(claims, keys.privateKey),
      await signAssertion(claims, key, { alg: "HS256" }),
    ]) {
      expect((await authenticateClient(context.app, { name, assertion })).client).to.equal(null);
    }
  });

  it("takes one statement, and once a minute another, which notes the use", async () => {
    const { name, secret } = await newService(context, ["users.read"]);
    const use = () => statementsOf(() => authenticate(name, secret));
    const lastUse = async () =>
      (await context.app.services.list(null)).find((service) => service.name === name)?.secrets[0]
        ?.lastUsedAt;
    expect(await lastUse()).to.equal(null);
    expect(await use()).to.have.length(2);
    const first = await lastUse();
    expect(first).to.be.instanceOf(Date);
    expect(await use()).to.have.length(1);
    expect(await lastUse()).to.deep.equal(first);
    await passTime(50);
    expect(await use()).to.have.length(1);
    await passTime(11);
    expect(await use()).to.have.length(2);
    expect((await lastUse())?.getTime()).to.be.at.least(first!.getTime());
    await passTime(61);
    expect(await statementsOf(() => authenticate(name, `${secret}x`))).to.have.length(1);
  });

  it("has a secret that outlives a change of the key of digests, whose digest changes at its next use", async () => {
    const { config, infrastructure, overrides } = context;
    const withKeys = (...audit: string[]) =>
      createContext(config, { ...infrastructure, keys: { ...infrastructure.keys, audit } }, overrides);
    const [former = ""] = infrastructure.keys.audit;
    const next = "n".repeat(43);
    const [formerOnly, both, nextOnly] = [withKeys(former), withKeys(next, former), withKeys(next)];
    const { name, secret } = await newService(context, ["users.read"]);
    expect(await authenticate(name, secret, formerOnly)).to.equal(name);
    expect(await authenticate(name, secret, nextOnly)).to.equal(null);
    expect(await authenticate(name, `${secret}x`, both)).to.equal(null);
    expect(await authenticate(name, secret, nextOnly)).to.equal(null);
    // The use was noted less than a minute ago, which doesn't delay the change.
    expect(await statementsOf(() => authenticate(name, secret, both))).to.have.length(2);
    expect(await statementsOf(() => authenticate(name, secret, both))).to.have.length(1);
    expect(await authenticate(name, secret, nextOnly)).to.equal(name);
    expect(await authenticate(name, secret, formerOnly)).to.equal(null);
  });

  it("gets in with digests in the database that were put in by hand, which are no secrets", async () => {
    const { name, secret } = await newService(context, ["users.read"]);
    const { database } = context.testDatabase;
    await database.transaction(async (tx) => {
      await context.app.services.addSecret(tx, name, Buffer.from("short"));
      await context.app.services.addSecret(tx, name, Buffer.alloc(32));
    });
    expect(await authenticate(name, "short")).to.equal(null);
    expect(await authenticate(name, secret)).to.equal(name);
  });
});
