import { once } from "node:events";
import { get } from "node:http";
import { text as read } from "node:stream/consumers";
import { expect } from "chai";
import { MetricsPortError, type MetricsServer, serveMetrics } from "../../src/telemetry/metrics-server.js";
import { rejection } from "../support/rejection.js";

describe("the port of the metrics", () => {
  let text: () => Promise<string>;
  let failures: unknown[];
  let server: MetricsServer;
  const open = (port = 0) =>
    serveMetrics({
      ...{ host: "127.0.0.1", port, contentType: "text/plain; version=0.0.4" },
      read: () => text(),
      onFailure: (error) => failures.push(error),
    });
  const ask = (path: string, method = "GET") =>
    fetch(`http://127.0.0.1:${server.address.port}${path}`, { method });

  /** Sends a request, and resolves when it has arrived, which the server says before it responds. */
  async function arrived() {
    const headers = { expect: "100-continue" };
    const request = get({ host: "127.0.0.1", port: server.address.port, path: "/metrics", headers });
    const response = once(request, "response");
    await once(request, "continue");
    return { body: async () => read((await response)[0]) };
  }

  beforeEach(async () => {
    text = async () => "calls 1\n";
    failures = [];
    server = await open();
  });
  afterEach(() => server.close());

  it("serves them to GET and HEAD", async () => {
    const response = await ask("/metrics?name=calls");
    expect(response.headers.get("content-type")).to.equal("text/plain; version=0.0.4");
    expect(await response.text()).to.equal("calls 1\n");
    expect((await ask("/metrics", "HEAD")).status).to.equal(200);
  });

  it("refuses other paths and methods", async () => {
    expect((await ask("/")).status).to.equal(404);
    const response = await ask("/metrics", "POST");
    expect(response.status).to.equal(405);
    expect(response.headers.get("allow")).to.equal("GET, HEAD");
  });

  it("responds with 500 and nothing of the error if they can't be read", async () => {
    const error = new Error("secret");
    text = () => Promise.reject(error);
    const response = await ask("/metrics");
    expect(response.status).to.equal(500);
    expect(await response.text()).to.equal("The metrics could not be read.\n");
    expect(failures).to.deep.equal([error]);
  });

  it("reads them once for all who ask meanwhile, and then anew", async () => {
    const respond: (() => void)[] = [];
    text = () => new Promise((resolve) => respond.push(() => resolve(`calls ${respond.length}\n`)));
    const first = [await arrived(), await arrived(), await arrived()];
    expect(respond).to.have.length(1);
    respond[0]!();
    expect(await Promise.all(first.map(({ body }) => body()))).to.deep.equal(Array(3).fill("calls 1\n"));
    const next = await arrived();
    respond[1]!();
    expect(await next.body()).to.equal("calls 2\n");
  });

  it("rejects if it is taken", async () => {
    const error = await rejection(open(server.address.port));
    expect(error).to.be.instanceOf(MetricsPortError);
    expect((error as Error).message)
      .to.include("(EADDRINUSE)")
      .and.to.include("METRICS_PORT");
  });
});
