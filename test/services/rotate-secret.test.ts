import { expect } from "chai";
import { authenticateClient } from "../../src/services/authenticate-client.js";
import { createService } from "../../src/services/create-service.js";
import { finishRotation, type Rotation, rotateSecret } from "../../src/services/rotate-secret.js";
import type { ServiceStore } from "../../src/services/service-store.js";
import { recordSecret } from "../support/log.js";
import { rejectionReason } from "../support/rejection.js";
import { newService, tokenOf } from "../support/services.js";
import { atOnce, useTestContext } from "../support/test-context.js";
import { newClientKeys, newServiceName, newServiceWithKeys } from "./new-service.js";

describe("the secrets of a service", () => {
  const context = useTestContext();
  const works = async (name: string, secret: string) =>
    (await authenticateClient(context.app, { name, secret })).client !== null;
  const secretsOf = async (name: string) =>
    (await context.app.services.findCredentials(null, name))?.secrets.length;

  /** The new secret. */
  async function rotated(name: string, rotation: Rotation, app = context.app): Promise<string> {
    const result = await rotateSecret(app, name, rotation);
    if (result === null || typeof result === "string") throw new Error(`not rotated: ${result}`);
    recordSecret(result.secret);
    return result.secret;
  }

  it("are two while they are rotated, and then the new one", async () => {
    const { name, secret } = await newService(context, ["users.read"]);
    const second = await rotated(name, "start");
    expect([await works(name, secret), await works(name, second)]).to.deep.equal([true, true]);
    expect(await rotateSecret(context.app, name, "start")).to.equal("unfinished");
    expect(await finishRotation(context.app, name)).to.equal(true);
    expect([await works(name, secret), await works(name, second)]).to.deep.equal([false, true]);
    expect(await finishRotation(context.app, name)).to.equal(false);
    expect(await works(name, second)).to.equal(true);
    expect(await works(name, await rotated(name, "start"))).to.equal(true);
  });

  it("keep the tokens of the service, unless one is replaced at once", async () => {
    const { name, secret } = await newService(context, ["users.read"]);
    const token = await tokenOf(context, name);
    const second = await rotated(name, "start");
    await finishRotation(context.app, name);
    await rotated(name, "start");
    expect(await context.app.verifyServiceToken(token)).to.include({ name });
    const last = await rotated(name, "at once");
    expect(await secretsOf(name)).to.equal(1);
    expect(await Promise.all([secret, second, last].map((each) => works(name, each)))).to.deep.equal([
      ...[false, false, true],
    ]);
    expect(await rejectionReason(context.app.verifyServiceToken(token))).to.equal("UNAUTHENTICATED");
    const next = await tokenOf(context, name);
    expect(await context.app.verifyServiceToken(next)).to.include({ name });
  });

  it("are no other service's", async () => {
    const [one, two] = [await newService(context, ["users.read"]), await newService(context, ["users.read"])];
    const token = await tokenOf(context, two.name);
    await rotated(two.name, "start");
    await rotated(one.name, "start");
    await finishRotation(context.app, one.name);
    await rotated(one.name, "at once");
    expect(await works(two.name, two.secret)).to.equal(true);
    expect(await secretsOf(two.name)).to.equal(2);
    expect(await context.app.verifyServiceToken(token)).to.include({ name: two.name });
  });

  it("don't exist for an unknown service, and for one that has keys", async () => {
    const keyed = await newServiceWithKeys(context.app, newClientKeys().jwk);
    for (const rotation of ["start", "at once"] as const) {
      expect(await rotateSecret(context.app, "unknown", rotation)).to.equal(null);
      expect(await rotateSecret(context.app, keyed, rotation)).to.equal("no secrets");
    }
    expect(await finishRotation(context.app, "unknown")).to.equal(null);
    expect(await finishRotation(context.app, keyed)).to.equal("no secrets");
    expect(await secretsOf(keyed)).to.equal(0);
  });

  it("are never more than two, however many operators start at once", async () => {
    const { name, secret } = await newService(context, ["users.read"]);
    const processes = [context.app, context.anotherProcess()];
    const results = await atOnce(100, (index) => rotateSecret(processes[index % 2]!, name, "start"));
    const made = results.filter((result) => result !== "unfinished");
    expect(made).to.have.length(1);
    const [second = ""] = made.map((result) => String(Object(result).secret));
    recordSecret(second);
    expect(await secretsOf(name)).to.equal(2);
    expect([await works(name, secret), await works(name, second)]).to.deep.equal([true, true]);
  });

  it("are one or two, whoever starts and finishes at once", async () => {
    const { name } = await newService(context, ["users.read"]);
    const results = await atOnce<unknown>(60, (index) =>
      index % 2 === 0 ? rotateSecret(context.app, name, "start") : finishRotation(context.app, name),
    );
    const made = results.filter((result) => Object(result).secret !== undefined);
    const dropped = results.filter((result) => result === true);
    expect(new Set(results.map((result) => Object(result).secret ?? result)).has(null)).to.equal(false);
    expect(await secretsOf(name)).to.equal(1 + made.length - dropped.length);
    expect(await secretsOf(name)).to.be.oneOf([1, 2]);
    const secrets = made.map((result) => String(Object(result).secret));
    const working = await Promise.all(secrets.map((each) => works(name, each)));
    expect(working.filter(Boolean)).to.have.length.within(made.length > 0 ? 1 : 0, 2);
  });

  it("are one after many were replaced at once", async () => {
    const { name } = await newService(context, ["users.read"]);
    const results = await atOnce(20, () => rotated(name, "at once"));
    expect(new Set(results).size).to.equal(20);
    expect(await secretsOf(name)).to.equal(1);
    const working = await Promise.all(results.map((secret) => works(name, secret)));
    expect(working.filter(Boolean)).to.have.length(1);
  });

  it("are dropped although their digests change meanwhile", async () => {
    for (const drop of ["finish", "at once"] as const) {
      const { name, secret } = await newService(context, ["users.read"]);
      if (drop === "finish") await rotated(name, "start");
      const { services, secretDigests } = context.app;
      const digest = secretDigests.digest(name, secret);
      const newDigest = secretDigests.digest(name, "of another key");
      /** Looks as if the first secret was used after its service was read. */
      const usedMeanwhile: ServiceStore = {
        ...services,
        async lock(tx, locked) {
          const found = await services.lock(tx, locked);
          await services.noteSecretUse(null, digest, newDigest);
          return found;
        },
      };
      const deps = { ...context.app, services: usedMeanwhile };
      if (drop === "finish") expect(await finishRotation(deps, name)).to.equal(true);
      else await rotated(name, "at once", deps);
      expect(await secretsOf(name), drop).to.equal(1);
      const [left] = (await services.findCredentials(null, name))?.secrets ?? [];
      expect(left?.digest, drop).not.to.deep.equal(newDigest);
    }
  });
});

describe("createService", () => {
  const context = useTestContext();

  it("gives a name to one of many callers", async () => {
    const name = newServiceName();
    const processes = [context.app, context.anotherProcess()];
    const results = await atOnce(100, (index) =>
      createService(processes[index % 2]!, { name, scopes: ["users.read"], publicKeys: null }),
    );
    const created = results.filter((result) => result !== "taken");
    expect(created).to.have.length(1);
    const secret = String(Object(created[0]).secret);
    recordSecret(secret);
    const found = await context.app.services.findCredentials(null, name);
    expect(found?.secrets).to.have.length(1);
    expect((await authenticateClient(context.app, { name, secret })).client).to.include({ name });
  });

  it("takes no name of a disabled service", async () => {
    const { name, secret } = await newService(context, ["users.read"]);
    await context.app.services.change(null, name, { isDisabled: true });
    const again = { name, scopes: ["tokens.introspect"], publicKeys: null };
    expect(await createService(context.app, again)).to.equal("taken");
    await context.app.services.change(null, name, { isDisabled: false });
    expect((await authenticateClient(context.app, { name, secret })).client).to.deep.include({
      scopes: ["users.read"],
    });
  });

  it("gives a service with keys no secret", async () => {
    const name = newServiceName();
    const publicKeys = [newClientKeys().jwk];
    expect(await createService(context.app, { name, scopes: ["users.read"], publicKeys })).to.deep.equal({
      secret: null,
    });
    expect(await context.app.services.findCredentials(null, name)).to.deep.include({
      publicKeys,
      secrets: [],
    });
  });
});
