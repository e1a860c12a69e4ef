import { generateKeyPairSync } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { authenticateClient } from "../../src/services/authenticate-client.js";
import { assertionClaims, signAssertion } from "../services/assertions.js";
import { type ClientKeys, newClientKeys, newServiceName } from "../services/new-service.js";
import { recordSecret } from "../support/log.js";
import { rejectionReason } from "../support/rejection.js";
import { tokenOf } from "../support/services.js";
import { useCli } from "./use-cli.js";

describe("service", () => {
  const cli = useCli();
  const secretForm = /^wbs_[\w-]{43}$/;
  const service = (...args: string[]) => cli.run(["service", ...args]);
  const refused = (error: string) => ({ code: 2, out: "", error: `${error}\n` });
  const printed = (out: string) => ({ code: 0, out: `${out}\n`, error: "" });

  /** Runs a command that prints a secret. */
  async function secretOf(...args: string[]): Promise<string> {
    const { code, out, error } = await service(...args, "--json");
    expect({ code, error }).to.deep.equal({ code: 0, error: "" });
    const secret = String(JSON.parse(out).client_secret);
    recordSecret(secret);
    return secret;
  }

  async function create(...options: string[]): Promise<{ name: string; secret: string }> {
    const name = newServiceName();
    return { name, secret: await secretOf("create", name, "--scope", "users.read", ...options) };
  }

  let files = 0;
  async function file(content: unknown): Promise<string> {
    files += 1;
    const path = join(cli.folder, `${files}.json`);
    await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
    return path;
  }

  async function createWithKeys(keys: ClientKeys): Promise<string> {
    const name = newServiceName();
    const path = await file({ keys: [keys.jwk] });
    const result = await service("create", name, "--scope", "users.read", "--jwks", path);
    expect(result).to.deep.equal(printed(`client_id=${name}`));
    return name;
  }

  const works = async (name: string, secret: string) =>
    (await authenticateClient(cli.context.app, { name, secret })).client !== null;
  async function signs(name: string, { privateKey }: ClientKeys): Promise<boolean> {
    const assertion = await signAssertion(assertionClaims(cli.context.app, name), privateKey);
    return (await authenticateClient(cli.context.app, { name: null, assertion })).client !== null;
  }
  const refusalOf = (token: string) => rejectionReason(cli.context.app.verifyServiceToken(token));
  const scopesOf = async (token: string) => (await cli.context.app.verifyServiceToken(token)).scopes;

  /** The line of a service in the list. */
  async function listed(name: string) {
    const { code, out, error } = await service("list", "--json");
    expect({ code, error }).to.deep.equal({ code: 0, error: "" });
    const lines = out.split("\n").filter((line) => line !== "");
    return lines.map((line) => JSON.parse(line)).find((line) => line.client_id === name);
  }

  describe("create", () => {
    it("prints the client id and a secret, as lines or as JSON", async () => {
      const name = newServiceName();
      const { out, ...result } = await service("create", name, "--scope", "users.read");
      expect(result).to.deep.equal({ code: 0, error: "" });
      const [id, line = "", ...rest] = out.split("\n");
      const secret = line.replace(/^client_secret=/, "");
      recordSecret(secret);
      expect([id, `client_secret=${secret}`, rest]).to.deep.equal([`client_id=${name}`, line, [""]]);
      expect(secret).to.match(secretForm);
      expect(await works(name, secret)).to.equal(true);

      const other = newServiceName();
      const json = await service("create", other, "--scope", "users.read", "--json");
      const created = JSON.parse(json.out);
      recordSecret(created.client_secret);
      expect(Object.keys(created)).to.deep.equal(["client_id", "client_secret"]);
      expect(json.out).to.match(/^[^\n]*\n$/);
      expect(created).to.include({ client_id: other });
      expect(await works(other, created.client_secret)).to.equal(true);
      expect(await works(other, secret)).to.equal(false);
    });

    it("gives the service each scope once", async () => {
      const { name } = await create("--scope", "tokens.introspect", "--scope", "users.read");
      const token = await tokenOf(cli.context, name);
      expect(await scopesOf(token)).to.deep.equal(["users.read", "tokens.introspect"]);
    });

    it("refuses names that a client id can't have", async () => {
      const message = "A name has 2 to 63 small letters, digits and hyphens, and begins with a letter.";
      const names = [
        "",
        "b",
        "Billing",
        "1billing",
        "billing_1",
        "bil ling",
        "service:billing",
        "é".repeat(2),
      ];
      for (const name of [...names, "b".repeat(64), "billing\n", "billing\0"]) {
        expect(await service("create", name, "--scope", "users.read")).to.deep.equal(refused(message));
      }
      expect(await service("create", "-billing", "--scope", "users.read")).to.include({ code: 2, out: "" });
    });

    it("refuses a name that is taken, also by a disabled service, whose secret still works", async () => {
      const { name, secret } = await create();
      const command = ["create", name, "--scope", "tokens.introspect"];
      const taken = refused(`There is a service ${name} already: see \`service list\`.`);
      expect(await service(...command)).to.deep.equal(taken);
      await service("disable", name);
      expect(await service(...command)).to.deep.equal(taken);
      await service("enable", name);
      expect(await works(name, secret)).to.equal(true);
      expect(await listed(name)).to.deep.include({ scopes: ["users.read"] });
    });

    it("refuses unknown scopes, and none", async () => {
      const name = newServiceName();
      for (const scope of ["users.write", "", "USERS.READ", "users.read tokens.introspect", "*"]) {
        const result = await service("create", name, "--scope", "users.read", "--scope", scope);
        expect(result).to.include({ code: 2, out: "" });
        expect(result.error).to.match(/ is invalid\. Scopes: .*tokens\.introspect, users\.read\.\n$/);
      }
      expect(await service("create", name)).to.deep.equal(
        refused("required option '--scope <scope>' not specified"),
      );
      expect(await listed(name)).to.equal(undefined);
    });

    it("gives a service that has public keys no secret", async () => {
      const [first, second] = [newClientKeys("ES256", { kid: "a" }), newClientKeys("EdDSA", { kid: "b" })];
      for (const [jwks, kids] of [
        [{ keys: [first.jwk, second.jwk] }, ["a", "b"]],
        [newClientKeys().jwk, [null]],
      ] as const) {
        const name = newServiceName();
        const command = ["create", name, "--scope", "users.read", "--jwks", await file(jwks), "--json"];
        expect(await service(...command)).to.deep.equal(printed(JSON.stringify({ client_id: name })));
        expect(await listed(name)).to.deep.include({
          auth_method: "private_key_jwt",
          keys: kids,
          secrets: [],
        });
      }
      const keys = newClientKeys();
      const name = await createWithKeys(keys);
      expect(await signs(name, keys)).to.equal(true);
    });

    it("refuses a file without usable public keys, and doesn't create the service", async () => {
      const name = newServiceName();
      const createFrom = (path: string) => service("create", name, "--scope", "users.read", "--jwks", path);
      const keys = newClientKeys();
      const p384 = generateKeyPairSync("ec", { namedCurve: "P-384" }).publicKey;
      const rsa1024 = generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey;
      const unsupported =
        "Key 1 is not supported: use EC with P-256, OKP with Ed25519, or RSA with 2048 bits or more.";
      for (const [content, message] of [
        [
          keys.privateKey.export({ format: "jwk" }),
          "Key 1 is a private or secret one: give only the public half, and make a new pair if this file was shared.",
        ],
        ["garbage", "The file is neither a JWK Set nor a JWK."],
        [p384.export({ format: "jwk" }), unsupported],
        [rsa1024.export({ format: "jwk" }), unsupported],
        [{ keys: [keys.jwk, newClientKeys().jwk] }, 'Each of several keys needs a "kid" of its own.'],
        [{ keys: [] }, "There must be 1 to 10 keys."],
      ] as const) {
        expect(await createFrom(await file(content))).to.deep.equal(refused(message));
      }
      const unreadable = refused("The file of --jwks can't be read.");
      expect(await createFrom(join(cli.folder, "missing.json"))).to.deep.equal(unreadable);
      expect(await createFrom(cli.folder)).to.deep.equal(unreadable);
      expect(await listed(name)).to.equal(undefined);
    });

    it("needs the secret of the digests in production", async () => {
      const name = newServiceName();
      const environment = { NODE_ENV: "production", AUDIT_SECRET: "" };
      const result = await cli.run(["service", "create", name, "--scope", "users.read"], { environment });
      expect(result).to.include({ code: 2, out: "" });
      expect(result.error).to.include("AUDIT_SECRET");
      expect(await cli.run(["service", "list"], { environment })).to.include({ code: 0, error: "" });
    });
  });

  describe("list", () => {
    it("prints the services by name, as lines or as JSON", async () => {
      const keys = newClientKeys("ES256", { kid: "key 1" });
      const [{ name: withSecret }, withKeys] = [
        await create("--scope", "tokens.introspect"),
        await createWithKeys(keys),
      ];
      await service("disable", withKeys);
      const { code, out, error } = await service("list");
      expect({ code, error }).to.deep.equal({ code: 0, error: "" });
      const rows = out
        .split("\n")
        .slice(0, -1)
        .map((line) => line.split("\t"));
      const row = (name: string) => rows.find(([id]) => id === name);
      const [id, state, scopes, method, secret, ...rest] = row(withSecret) ?? [];
      expect([id, state, scopes, method, rest]).to.deep.equal([
        ...[withSecret, "enabled", "users.read tokens.introspect", "client_secret_basic", []],
      ]);
      expect(secret).to.match(/^\d{4}-[\d-]+T[\d:.]+Z used never$/);
      expect(row(withKeys)).to.deep.equal([withKeys, "disabled", "users.read", "private_key_jwt", "key 1"]);
      const names = rows.map(([name]) => name);
      expect(names).to.deep.equal([...names].sort());

      const json = await listed(withKeys);
      expect(Object.keys(json)).to.deep.equal([
        ...["client_id", "state", "scopes", "auth_method", "created_at", "disabled_at", "keys", "secrets"],
      ]);
      expect(json).to.deep.include({ state: "disabled", keys: ["key 1"], secrets: [] });
      expect(new Date(json.disabled_at).getTime()).to.be.at.least(new Date(json.created_at).getTime());
    });

    it("shows when a secret was used last, and neither secret nor digest", async () => {
      const { name, secret } = await create();
      const second = await secretOf("rotate", name);
      const [first, unused] = (await listed(name)).secrets;
      expect([first.last_used_at, unused.last_used_at]).to.deep.equal([null, null]);
      expect(first.created_at < unused.created_at).to.equal(true);
      expect(await works(name, second)).to.equal(true);
      const { secrets, state, disabled_at } = await listed(name);
      expect({ state, disabled_at }).to.deep.equal({ state: "enabled", disabled_at: null });
      expect(Object.keys(secrets[0])).to.deep.equal(["created_at", "last_used_at"]);
      expect(secrets[0].last_used_at).to.equal(null);
      expect(secrets[1].last_used_at >= secrets[1].created_at).to.equal(true);
      const outputs = [(await service("list")).out, (await service("list", "--json")).out];
      expect(outputs[0]).to.include(` used ${secrets[1].last_used_at}\n`);
      for (const each of [secret, second]) {
        const digest = cli.context.app.secretDigests.digest(name, each);
        const forms = [digest.toString("hex"), digest.toString("base64"), digest.toString("base64url")];
        for (const hidden of [each, each.slice("wbs_".length), ...forms]) {
          for (const output of outputs) expect(output).not.to.include(hidden);
        }
      }
    });
  });

  describe("rotate", () => {
    it("adds a second secret, and drops the older one when it is finished", async () => {
      const { name, secret } = await create();
      const { out, code } = await service("rotate", name);
      const second = /client_secret=(.*)\n$/.exec(out)?.[1] ?? "";
      recordSecret(second);
      expect({ code, out }).to.deep.equal({ code: 0, out: `client_id=${name}\nclient_secret=${second}\n` });
      expect(second).to.match(secretForm).and.not.to.equal(secret);
      expect([await works(name, secret), await works(name, second)]).to.deep.equal([true, true]);
      const tooMany = refused(`${name} has two secrets: drop the older one first, with --finish.`);
      expect(await service("rotate", name)).to.deep.equal(tooMany);
      expect(await service("rotate", name, "--finish")).to.deep.equal(printed(`${name} has one secret`));
      expect([await works(name, secret), await works(name, second)]).to.deep.equal([false, true]);
      expect(await service("rotate", name, "--finish")).to.deep.equal(
        printed(`${name} has one secret already`),
      );
      expect(await works(name, second)).to.equal(true);
    });

    it("prints JSON", async () => {
      const { name } = await create();
      expect(await secretOf("rotate", name)).to.match(secretForm);
      for (const dropped of [true, false]) {
        expect(await service("rotate", name, "--finish", "--json")).to.deep.equal(
          printed(JSON.stringify({ client_id: name, dropped })),
        );
      }
    });

    it("drops every other secret and every token with --now", async () => {
      const { name, secret } = await create();
      const second = await secretOf("rotate", name);
      const token = await tokenOf(cli.context, name);
      const third = await secretOf("rotate", name, "--now");
      const working = await Promise.all([secret, second, third].map((each) => works(name, each)));
      expect(working).to.deep.equal([false, false, true]);
      expect(await refusalOf(token)).to.equal("UNAUTHENTICATED");
      const next = await tokenOf(cli.context, name);
      expect(await scopesOf(next)).to.deep.equal(["users.read"]);
    });

    it("replaces public keys, and with --now refuses every token", async () => {
      const [first, second] = [newClientKeys(), newClientKeys("ES256", { kid: "2" })];
      const name = await createWithKeys(first);
      const token = await tokenOf(cli.context, name);
      const replace = async (keys: object[], ...options: string[]) =>
        service("rotate", name, "--jwks", await file({ keys }), ...options);
      const both = [{ ...first.jwk, kid: "1" }, second.jwk];
      expect(await replace(both)).to.deep.equal(printed(`${name} has 2 keys`));
      expect(await replace(both, "--json")).to.deep.equal(
        printed(JSON.stringify({ client_id: name, keys: ["1", "2"] })),
      );
      expect(await replace([second.jwk])).to.deep.equal(printed(`${name} has 1 key`));
      expect([await signs(name, first), await signs(name, second)]).to.deep.equal([false, true]);
      expect(await scopesOf(token)).to.deep.equal(["users.read"]);
      expect(await replace([first.jwk], "--now")).to.deep.equal(printed(`${name} has 1 key`));
      expect([await signs(name, first), await signs(name, second)]).to.deep.equal([true, false]);
      expect(await refusalOf(token)).to.equal("UNAUTHENTICATED");
    });

    it("refuses options that exclude each other, or that the service has no use for", async () => {
      const keys = newClientKeys();
      const path = await file(keys.jwk);
      const { name, secret } = await create();
      const alone = refused("Give --finish without --now and --jwks.");
      expect(await service("rotate", name, "--finish", "--now")).to.deep.equal(alone);
      expect(await service("rotate", name, "--finish", "--jwks", path)).to.deep.equal(alone);
      expect(await service("rotate", name, "--jwks", path)).to.deep.equal(
        refused(`${name} has secrets instead of keys.`),
      );
      expect(await works(name, secret)).to.equal(true);
      const keyed = await createWithKeys(keys);
      for (const options of [[], ["--now"], ["--finish"]]) {
        const hasKeys = refused(`${keyed} has keys instead of secrets: use --jwks.`);
        expect(await service("rotate", keyed, ...options)).to.deep.equal(hasKeys);
      }
      const missing = await service("rotate", keyed, "--jwks", join(cli.folder, "missing.json"));
      expect(missing).to.deep.equal(refused("The file of --jwks can't be read."));
      expect(await signs(keyed, keys)).to.equal(true);
    });
  });

  describe("set-scopes", () => {
    it("changes what the service may do from its next call on", async () => {
      const { name } = await create("--scope", "tokens.introspect");
      const token = await tokenOf(cli.context, name);
      const set = (...args: string[]) => service("set-scopes", name, ...args);
      expect(await set("--scope", "tokens.introspect")).to.deep.equal(
        printed(`${name} may tokens.introspect`),
      );
      expect(await scopesOf(token)).to.deep.equal(["tokens.introspect"]);
      const both = ["--scope", "users.read", "--scope", "tokens.introspect"];
      expect(await set(...both)).to.deep.equal(printed(`${name} may users.read tokens.introspect`));
      expect(await set(...both, "--json")).to.deep.equal(
        printed(JSON.stringify({ client_id: name, scopes: ["users.read", "tokens.introspect"] })),
      );
      expect(await scopesOf(token)).to.deep.equal(["users.read", "tokens.introspect"]);
      expect(await set()).to.include({ code: 2, out: "" });
      expect(await set("--scope", "users.write")).to.include({ code: 2, out: "" });
      expect(await listed(name)).to.deep.include({ scopes: ["users.read", "tokens.introspect"] });
    });
  });

  describe("disable and enable", () => {
    it("refuse a service with all its tokens, and let it in with new ones; a second time they say so", async () => {
      const { name, secret } = await create();
      const token = await tokenOf(cli.context, name);
      expect(await service("disable", name)).to.deep.equal(printed(`${name} disabled`));
      const { disabled_at: disabledAt } = await listed(name);
      expect(await works(name, secret)).to.equal(false);
      expect(await refusalOf(token)).to.equal("UNAUTHENTICATED");
      expect(await service("disable", name)).to.deep.equal(printed(`${name} is already disabled`));
      expect(await listed(name)).to.deep.include({ state: "disabled", disabled_at: disabledAt });
      expect(await service("enable", name)).to.deep.equal(printed(`${name} enabled`));
      expect(await works(name, secret)).to.equal(true);
      expect(await refusalOf(token)).to.equal("UNAUTHENTICATED");
      const next = await tokenOf(cli.context, name);
      expect(await service("enable", name)).to.deep.equal(printed(`${name} is already enabled`));
      expect(await scopesOf(next)).to.deep.equal(["users.read"]);
    });

    it("print JSON", async () => {
      const { name } = await create();
      for (const [command, state] of [
        ["disable", "disabled"],
        ["enable", "enabled"],
      ] as const) {
        expect(await service(command, name, "--json")).to.deep.equal(
          printed(JSON.stringify({ client_id: name, state })),
        );
      }
    });
  });

  it("commands refuse an unknown service, as text or as JSON", async () => {
    const path = await file(newClientKeys().jwk);
    const message = "There is no service unknown: see `service list`.";
    for (const command of [
      ["rotate", "unknown"],
      ["rotate", "unknown", "--finish"],
      ["rotate", "unknown", "--jwks", path],
      ["set-scopes", "unknown", "--scope", "users.read"],
      ["disable", "unknown"],
      ["enable", "unknown"],
    ]) {
      expect(await service(...command), command.join(" ")).to.deep.equal(refused(message));
    }
    const { code, out, error } = await service("disable", "unknown", "--json");
    expect({ code, out }).to.deep.equal({ code: 2, out: "" });
    expect(JSON.parse(error)).to.deep.equal({ status: "error", message, data: {}, reason: null });
  });

  it("commands print their own refusals as JSON too", async () => {
    for (const [command, message] of [
      [["create", "Billing", "--scope", "users.read"], /^A name has 2 to 63 /],
      [["create", "billing", "--scope", "everything"], / is invalid\. Scopes: /],
      [["create", "billing"], /^required option '--scope <scope>'/],
      [["rotate"], /^missing required argument 'name'/],
    ] as const) {
      const { code, out, error } = await service("--json", ...command);
      expect({ code, out }).to.deep.equal({ code: 2, out: "" });
      expect(JSON.parse(error).message).to.match(message);
    }
  });
});
