import { expect } from "chai";
import { type MetricsServer, serveMetrics } from "../../src/telemetry/metrics-server.js";
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

  it("rejects if it is taken", async () => {
    expect(await rejection(open(server.address.port))).to.have.property("code", "EADDRINUSE");
  });
});
