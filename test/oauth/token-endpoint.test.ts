import { gzipSync } from "node:zlib";
import { expect } from "chai";
import { decodeJwt } from "jose";
import { useTestService } from "../support/service.js";
import { newService } from "../support/services.js";
import { basic, type Credentials, expectError, post } from "./oauth-client.js";

const GRANT = { grant_type: "client_credentials" };
const SCOPES = ["users.read", "tokens.introspect"];

describe("the token endpoint", () => {
  const service = useTestService();
  let billing: Credentials;
  before(async () => {
    billing = await newService(service.context, SCOPES);
  });

  const url = () => `${service.origin}/oauth2/token`;
  const ask = (parameters: Parameters<typeof post>[1], credentials: Credentials | null = billing) =>
    post(url(), parameters, credentials);

  it("gives a service a token for ten minutes, which nobody may store", async () => {
    const { status, header, content } = await ask(GRANT);
    expect(status).to.equal(200);
    const { access_token: token, ...others } = content;
    expect(others).to.deep.equal({
      token_type: "Bearer",
      expires_in: 600,
      scope: "users.read tokens.introspect",
    });
    expect(decodeJwt(String(token))).to.include({ sub: `service:${billing.name}`, client_id: billing.name });
    expect(header.get("cache-control")).to.equal("no-store");
    expect(header.get("pragma")).to.equal("no-cache");
    expect(header.get("content-type")).to.equal("application/json");
  });

  it("gives the scopes that are asked for, each once", async () => {
    for (const [scope, granted] of [
      ["users.read", "users.read"],
      ["tokens.introspect users.read", "tokens.introspect users.read"],
      ["users.read  users.read ", "users.read"],
      ["", "users.read tokens.introspect"],
    ]) {
      expect((await ask({ ...GRANT, scope: scope! })).content.scope, scope).to.equal(granted);
    }
  });

  it("refuses scopes that the service doesn't have", async () => {
    const reader = await newService(service.context, ["users.read"]);
    for (const scope of [
      "tokens.introspect",
      "users.read tokens.introspect",
      "admin",
      "USERS.READ",
      " ",
      "é",
    ]) {
      expectError(await ask({ ...GRANT, scope }, reader), 400, "invalid_scope");
    }
  });

  it("refuses every other grant, and none", async () => {
    for (const grant_type of ["password", "refresh_token", "authorization_code", "Client_Credentials"]) {
      expectError(await ask({ grant_type }), 400, "unsupported_grant_type");
    }
    for (const parameters of [{}, { grant_type: "" }, { grant: "client_credentials" }]) {
      expectError(await ask(parameters), 400, "invalid_request");
    }
  });

  it("refuses a client that doesn't prove who it is, and doesn't say why", async () => {
    const disabled = await newService(service.context, SCOPES);
    await service.context.app.services.change(null, disabled.name, { isDisabled: true });
    const descriptions = new Set<unknown>();
    for (const credentials of [
      { ...billing, secret: "wrong" },
      { ...billing, secret: "" },
      { ...billing, secret: disabled.secret },
      { ...billing, name: "nobody" },
      { ...billing, name: "" },
      { ...billing, name: billing.name.toUpperCase() },
      { ...billing, name: "a\0b" },
      { name: "nobody", secret: "\0" },
      disabled,
    ]) {
      const response = await ask(GRANT, credentials);
      expectError(response, 401, "invalid_client");
      descriptions.add(response.content.error_description);
    }
    expect(descriptions).to.have.length(1);
  });

  it("refuses a client that doesn't authenticate, or does it in another way", async () => {
    const { name, secret } = billing;
    expectError(await ask(GRANT, null), 401, "invalid_client");
    expectError(await ask({ ...GRANT, client_id: name }, null), 401, "invalid_client");
    expectError(await ask({ ...GRANT, client_id: name, client_secret: secret }, null), 401, "invalid_client");
    for (const authorization of ["Basic", "Basic !", "Basic bm9ib2R5", `Bearer ${secret}`, "Digest x"]) {
      expectError(await post(url(), GRANT, null, { authorization }), 401, "invalid_client");
    }
  });

  it("refuses a request that contradicts itself", async () => {
    expectError(await ask({ ...GRANT, client_id: "other" }), 400, "invalid_request");
    expect((await ask({ ...GRANT, client_id: billing.name })).status).to.equal(200);
    const assertion = {
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion: "a.b.c",
    };
    expectError(await ask({ ...GRANT, ...assertion }), 400, "invalid_request");
    const inForm = { client_id: billing.name, client_secret: billing.secret };
    expectError(await ask({ ...GRANT, ...inForm }), 400, "invalid_request");
    expectError(await ask({ ...GRANT, ...inForm, ...assertion }, null), 400, "invalid_request");
    expectError(await ask({ ...GRANT, client_assertion: "a.b.c" }, null), 400, "invalid_request");
    expectError(await ask({ ...GRANT, ...assertion }, null), 401, "invalid_client");
    const twice = [...Object.entries(GRANT), ...Object.entries(GRANT)] as [string, string][];
    expectError(await ask(twice), 400, "invalid_request");
  });

  it("takes nothing but forms", async () => {
    for (const type of ["application/json", "multipart/form-data; boundary=x", "text/plain", ""]) {
      const response = await post(url(), GRANT, billing, { "content-type": type });
      expectError(response, 400, "invalid_request");
    }
    const utf16 = { "content-type": "application/x-www-form-urlencoded; charset=utf-16" };
    expectError(await post(url(), GRANT, billing, utf16), 400, "invalid_request");
    const utf8 = { "content-type": "application/x-www-form-urlencoded;charset=UTF-8" };
    expect((await post(url(), GRANT, billing, utf8)).status).to.equal(200);
  });

  it("refuses a body that is too large or can't be read", async () => {
    expectError(await ask({ ...GRANT, padding: "x".repeat(70_000) }), 413, "invalid_request");
    const encoded = (encoding: string) => post(url(), GRANT, billing, { "content-encoding": encoding });
    expectError(await encoded("gzip"), 400, "invalid_request");
    expectError(await encoded("br"), 415, "invalid_request");
    const response = await fetch(url(), {
      method: "POST",
      body: gzipSync(new URLSearchParams(GRANT).toString()),
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        "content-encoding": "gzip",
        authorization: basic(billing),
      },
    });
    expect(response.status).to.equal(200);
  });

  it("refuses every other HTTP method, and has one path", async () => {
    for (const method of ["GET", "PUT", "DELETE", "OPTIONS"]) {
      const response = await fetch(url(), { method });
      expect([response.status, response.headers.get("allow")], method).to.deep.equal([405, "POST"]);
      expect(await response.json()).to.include({ error: "invalid_request" });
    }
    const head = await fetch(url(), { method: "HEAD" });
    expect([head.status, await head.text()]).to.deep.equal([405, ""]);
    for (const path of ["/oauth2/token/", "/oauth2", "/oauth2/authorize", "/oauth2/%74oken"]) {
      const response = await fetch(service.origin + path, {
        method: "POST",
        body: new URLSearchParams(GRANT),
      });
      expect(response.status, path).to.equal(404);
    }
  });

  it("ignores the query, where secrets don't belong", async () => {
    const query = new URLSearchParams(GRANT).toString();
    expectError(await post(`${url()}?${query}`, {}, billing), 400, "invalid_request");
  });
});
