import type { DescMethod } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel as IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import { expect } from "chai";
import { API_SERVICES } from "../../src/app.js";
import { readHttpRules } from "../../src/rest/http-rules.js";
import { isBodyOnly } from "../../src/rest/rest-json.js";
import { administrator } from "../support/administrator.js";
import { useTestService } from "../support/service.js";

const isRead = ({ methodKind, idempotency }: DescMethod) =>
  methodKind === "unary" && idempotency === IdempotencyLevel.NO_SIDE_EFFECTS;
const methods: readonly DescMethod[] = API_SERVICES.flatMap((service) => [...service.methods]);
const reads = methods.filter(isRead);

describe("GET requests of Connect", () => {
  const service = useTestService();
  let authorization = "";
  before(async () => {
    authorization = `Bearer ${(await administrator(service.context)).tokens.access}`;
  });

  const get = (method: DescMethod, headers: Record<string, string>, more = "") =>
    fetch(
      `${service.origin}/${method.parent.typeName}/${method.name}?connect=v1&encoding=json&message=%7B%7D${more}`,
      { headers },
    );

  it("are for all methods that read, also those that REST has no GET for", () => {
    expect(reads.map(({ name }) => name)).to.include.members([
      ...["GetProfile", "ListSessions", "ListAccounts", "ListAccountSessions", "BatchGetUsers"],
      ...["GetOverview", "GetAccount", "ListAccountHistory"],
      ...["ListWhitelistEntries", "ListWhitelistHistory", "CheckWhitelist"],
    ]);
    const others = methods.filter(({ idempotency }) => idempotency !== IdempotencyLevel.NO_SIDE_EFFECTS);
    const bindings = others.flatMap((method) =>
      readHttpRules(method).map(({ httpMethod }) => ({ httpMethod, name: method.name })),
    );
    expect(bindings.map(({ httpMethod }) => httpMethod)).to.include("POST");
    // It is recorded, and takes a password, which REST reads from a body alone.
    const gets = bindings.filter(({ httpMethod }) => httpMethod === "GET").map(({ name }) => name);
    expect(new Set(gets)).to.deep.equal(new Set(["ExportAccount"]));
  });

  it("never carry a secret in their URL, which proxies and browsers keep; nor do those of REST", () => {
    const isGet = (method: DescMethod) =>
      readHttpRules(method).some(({ httpMethod }) => httpMethod === "GET");
    const inUrls = [...reads, ...methods.filter((method) => !isRead(method) && isGet(method))];
    const fields = inUrls.flatMap((method) =>
      method.input.fields
        .filter((field) => isRead(method) || !isBodyOnly(field))
        .map((field) => `${method.name}.${field.name}`),
    );
    expect(fields).to.include("ListAccounts.page_token");
    const secret = /\.(?!page_token$)(.*(token|code|password|secret|refresh|registration|device).*)$/;
    expect(fields.filter((field) => secret.test(field))).to.deep.equal([]);
  });

  for (const method of methods) {
    const isAllowed = isRead(method);
    it(`are ${isAllowed ? "answered, and not cached" : "refused"}: ${method.name}`, async () => {
      const response = await get(method, { authorization });
      expect(response.headers.get("cache-control")).to.equal("no-store");
      expect(response.headers.get("allow")).to.equal(isAllowed ? null : "POST");
      // Some requests need a field, or the token of a service.
      expect(response.status).to.be.oneOf(isAllowed ? [200, 400, 403] : [405]);
      await response.arrayBuffer();
    });
  }

  it("are authenticated by their header alone", async () => {
    const [profile] = reads.filter(({ name }) => name === "GetProfile");
    const token = authorization.slice("Bearer ".length);
    for (const name of ["access_token", "authorization", "token"]) {
      const response = await get(profile!, {}, `&${name}=${token}`);
      expect(response.status, name).to.equal(401);
      expect(response.headers.get("cache-control"), name).to.equal("no-store");
    }
    expect((await get(profile!, { authorization })).status).to.equal(200);
  });
});
