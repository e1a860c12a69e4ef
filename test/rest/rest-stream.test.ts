import { expect } from "chai";
import { WhitelistService } from "#gen/waterbill/identity/v1/whitelist_service_pb.js";
import { createRestHandler } from "../../src/rest/rest-handler.js";
import { createMethodRegistry } from "../../src/rpc/method-registry.js";
import { testInterceptors } from "../rpc/fake-services.js";
import { useFixture } from "../support/fixture.js";
import { serve } from "../support/serve.js";

const IMPORT = "/api/auth/admin/whitelist/import/";
const authorization = "Bearer admin";

/** A REST server whose service counts the bytes of an import, and exports two chunks. */
async function startServer() {
  const lines: string[] = [];
  const received = { bytes: 0 };
  const registry = createMethodRegistry({
    interceptors: testInterceptors(lines),
    routes: (router) =>
      router.service(WhitelistService, {
        async importWhitelistEntries(requests) {
          received.bytes = 0;
          for await (const { csv } of requests) received.bytes += csv.byteLength;
          return { totalCount: received.bytes };
        },
        async *exportWhitelistEntries() {
          yield { csv: Buffer.from("one") };
          yield { csv: Buffer.from("two") };
        },
      }),
  });
  return { ...(await serve(createRestHandler(registry))), lines, received };
}

describe("rest streams", () => {
  const server = useFixture(startServer, ({ close }) => close());
  beforeEach(() => {
    server.lines.length = 0;
    server.received.bytes = 0;
  });

  const send = (body: RequestInit["body"], headers: Record<string, string> = {}) =>
    fetch(server.url + IMPORT, {
      method: "POST",
      headers: { authorization, ...headers },
      body: body ?? null,
    });
  const logged = () => server.lines.map((line) => JSON.parse(line) as Record<string, unknown>);

  async function countOf(call: Promise<Response>): Promise<number> {
    const response = await call;
    expect(response.status).to.equal(200);
    return ((await response.json()) as { data: { total_count: number } }).data.total_count;
  }

  it("log a successful upload as ok, once", async () => {
    await countOf(send("12345", { "content-type": "text/csv" }));
    expect(logged()).to.have.length(1);
    expect(logged()[0]).to.include({ protocol: "rest", status: "ok", userId: 7 });
  });

  it("log a successful download as ok, once", async () => {
    const response = await fetch(`${server.url}/api/auth/admin/whitelist/export/`, {
      headers: { authorization },
    });
    expect(await response.text()).to.equal("onetwo");
    expect(logged()).to.have.length(1);
    expect(logged()[0]).to.include({ protocol: "rest", status: "ok" });
  });
});
