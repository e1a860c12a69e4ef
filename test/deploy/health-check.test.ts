import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import { openTls } from "../../src/http/tls.js";
import { testLogger } from "../support/log.js";
import { serve, serveRoutes, stopServing } from "../support/serve.js";

/** Runs the image's health check; returns its exit code and what it prints. */
async function check(variables: Record<string, string | number>, ...args: string[]) {
  const environment = Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, String(value)]),
  );
  const child = spawn(process.execPath, ["deploy/health-check.mjs", ...args], { env: environment });
  const [reason, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  return { code, reason: reason.trim() };
}

const noRpc = () => ({ rpc: { accepts: () => false, handle: async () => {}, refuse: () => {} } });

describe("the health check of the image", () => {
  afterEach(stopServing);

  it("succeeds while the service is ready", async () => {
    const { port } = await serveRoutes(noRpc);
    expect(await check({ PORT: port })).to.deep.equal({ code: 0, reason: "" });
    expect(await check({ PORT: port, HOST: "127.0.0.1", TLS_CERT_FILE: "" })).to.include({ code: 0 });
  });

  it("fails while the database is unreachable, except for the path that doesn't need it", async () => {
    const { port } = await serveRoutes(noRpc, () => Promise.reject(new Error("unreachable")));
    expect(await check({ PORT: port })).to.deep.equal({ code: 1, reason: "status 503" });
    expect(await check({ PORT: port }, "/healthz")).to.include({ code: 0 });
  });

  it("speaks TLS if the port does", async () => {
    const files = { certFile: "test/support/tls/one.cert.pem", keyFile: "test/support/tls/one.key.pem" };
    const tls = await openTls(files, testLogger());
    const { port } = await serve((_, response) => void response.end(), { tls });
    expect(await check({ PORT: port, TLS_CERT_FILE: files.certFile })).to.deep.equal({ code: 0, reason: "" });
    expect(await check({ PORT: port })).to.include({ code: 1 });
  });

  it("fails if nothing listens", async () => {
    const probe = createServer().listen(0, "127.0.0.1");
    await once(probe, "listening");
    const { port } = probe.address() as { port: number };
    probe.close();
    await once(probe, "close");
    expect(await check({ PORT: port })).to.deep.equal({ code: 1, reason: "ECONNREFUSED" });
  });
});
