import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { expect } from "chai";
import { DirectoryService } from "#gen/waterbill/identity/v1/directory_service_pb.js";
import { rejection } from "../support/rejection.js";
import { useTestService } from "../support/service.js";
import { newService, tokenOf } from "../support/services.js";
import { expectError, post } from "./oauth-client.js";

const GRANT = { grant_type: "client_credentials" };
const SCOPES = ["users.read", "tokens.introspect"];

// These count in memory, by the test's clock.
const environment = { REDIS_URL: "", TRUSTED_PROXIES: "127.0.0.1" };

describe("limits of OAuth's endpoints", () => {
  const service = useTestService({ environment, scope: "test" });

  const from = (address: string) => ({ "x-forwarded-for": address });
  const ask = (
    path: string,
    parameters: object,
    credentials = { name: "nobody", secret: "x" },
    address = "192.0.2.1",
  ) =>
    post(
      `${service.origin}/oauth2/${path}`,
      parameters as Record<string, string>,
      credentials,
      from(address),
    );

  it("count what fails by address, whichever endpoint, and let a service in that proves itself", async () => {
    const billing = await newService(service.context, SCOPES);
    for (let request = 0; request < 60; request += 1) {
      const response = await ask(request % 2 ? "token" : "introspect", GRANT);
      expectError(response, 401, "invalid_client");
      expect(response.header.get("x-ratelimit-limit")).to.equal("60");
      expect(response.header.get("x-ratelimit-remaining")).to.equal(String(59 - request));
    }
    for (const path of ["token", "introspect"]) {
      const refused = await ask(path, GRANT);
      expectError(refused, 429, "temporarily_unavailable");
      expect(refused.header.get("retry-after")).to.equal("60");
      expect(refused.header.get("x-ratelimit-remaining")).to.equal("0");
    }
    expectError(await ask("token", GRANT, undefined, "192.0.2.2"), 401, "invalid_client");
    const { status, header } = await ask("token", GRANT, billing);
    expect(status).to.equal(200);
    expect(header.get("x-ratelimit-limit")).to.equal("6000");
    service.context.clock.advance(60);
    expectError(await ask("token", GRANT), 401, "invalid_client");
  });
});

describe("the limit of a service", () => {
  const service = useTestService({
    environment: { ...environment, LIMIT_SERVICE: "4/minute" },
    scope: "test",
  });

  it("counts its tokens, its introspections and its calls together, at every address, and nobody else's", async () => {
    const [billing, other] = [
      await newService(service.context, SCOPES),
      await newService(service.context, SCOPES),
    ];
    const ask = (
      path: string,
      parameters: Record<string, string>,
      credentials = billing,
      address = "192.0.2.1",
    ) => post(`${service.origin}/oauth2/${path}`, parameters, credentials, { "x-forwarded-for": address });
    const directory = createClient(DirectoryService, createConnectTransport({ baseUrl: service.origin }));
    const authorization = `Bearer ${await tokenOf(service.context, billing.name, SCOPES)}`;
    const call = () => directory.batchGetUsers({ userIds: [1] }, { headers: { authorization } });

    expect((await ask("token", GRANT)).status).to.equal(200);
    expect((await ask("introspect", { token: "x" }, billing, "192.0.2.2")).status).to.equal(200);
    await call();
    await directory.introspectToken({ token: "x" }, { headers: { authorization } });

    expect(String(await rejection(call()))).to.include("resource_exhausted");
    for (const [path, parameters] of [
      ["token", GRANT],
      ["introspect", { token: "x" }],
    ] as const) {
      const refused = await ask(path, parameters);
      expectError(refused, 429, "temporarily_unavailable");
      expect(refused.header.get("x-ratelimit-limit")).to.equal("4");
      expect(refused.header.get("retry-after")).to.equal("60");
    }
    expect((await ask("token", GRANT, other)).status).to.equal(200);
  });
});
