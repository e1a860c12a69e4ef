import { once } from "node:events";
import { readFileSync } from "node:fs";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect as connectHttp2 } from "node:http2";
import { Agent, get } from "node:https";
import { connect as connectTcp } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls, type PeerCertificate, type TLSSocket } from "node:tls";
import { expect } from "chai";
import { openTls, type Tls, TlsFilesError } from "../../src/http/tls.js";
import { testLogger } from "../support/log.js";
import { rejection } from "../support/rejection.js";
import { type Serving, serve } from "../support/serve.js";
import { getHttp2 } from "./http2-client.js";

const pem = (name: string) => `test/support/tls/${name}.pem`;
const ca = ["one", "two"].map((name) => readFileSync(pem(`${name}.cert`)));

describe("a port with TLS", () => {
  let folder: string;
  let files: { certFile: string; keyFile: string };
  let tls: Tls;
  let serving: Serving;
  const lines: string[] = [];

  const use = async (name: string) => {
    await copyFile(pem(`${name}.cert`), files.certFile);
    await copyFile(pem(`${name}.key`), files.keyFile);
  };
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "waterbill-tls-"));
    files = { certFile: join(folder, "cert.pem"), keyFile: join(folder, "key.pem") };
  });
  after(() => rm(folder, { recursive: true }));
  beforeEach(async () => {
    lines.length = 0;
    await use("one");
    tls = await openTls(
      files,
      testLogger((line) => lines.push(line)),
    );
    serving = await serve((request, response) => void response.end(`HTTP/${request.httpVersion}`), {
      tls,
      limits: { headerMs: 300 },
    });
  });
  afterEach(() => serving.close());

  /** One request over HTTP/1.1, and the certificate that came with it. */
  function getHttp1(agent: Agent): Promise<{ body: string; name: string }> {
    return new Promise((resolve, reject) => {
      const request = get({ port: serving.port, host: "localhost", ca, agent }, (response) => {
        const { subject } = (response.socket as TLSSocket).getPeerCertificate() as PeerCertificate;
        let body = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
        response.on("end", () => resolve({ body, name: String(subject?.CN) }));
      });
      request.on("error", reject);
    });
  }

  it("serves HTTP/1.1 and HTTP/2, as the client agrees", async () => {
    const agent = new Agent();
    expect(await getHttp1(agent)).to.deep.equal({ body: "HTTP/1.1", name: "waterbill test one" });
    agent.destroy();
    const session = connectHttp2(`https://localhost:${serving.port}`, { ca });
    expect((await getHttp2(session, "/")).body).to.equal("HTTP/2.0");
    session.close();
  });

  it("serves HTTP/1.1 to a client that proposes no protocol", async () => {
    const socket = connectTls({ port: serving.port, host: "localhost", ca });
    socket.write("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    const chunks = await socket.setEncoding("utf8").toArray();
    expect(chunks.join("")).to.match(/^HTTP\/1\.1 200 OK/);
  });

  it("uses a renewed certificate for new connections, while those that are open go on", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const session = connectHttp2(`https://localhost:${serving.port}`, { ca });
    await getHttp2(session, "/");
    expect((await getHttp1(agent)).name).to.equal("waterbill test one");
    await use("two");
    await tls.reload();
    expect((await getHttp2(session, "/")).status).to.equal(200);
    expect((await getHttp1(agent)).name).to.equal("waterbill test one");
    const other = new Agent();
    expect((await getHttp1(other)).name).to.equal("waterbill test two");
    expect(lines.join("")).to.include("another certificate is used");
    for (const each of [agent, other]) each.destroy();
    session.close();
  });

  it("keeps its certificate while the files make no pair, and says so", async () => {
    await copyFile(pem("two.cert"), files.certFile);
    await tls.reload();
    expect(lines.join("")).to.include("could not be renewed");
    const agent = new Agent();
    expect((await getHttp1(agent)).name).to.equal("waterbill test one");
    await copyFile(pem("two.key"), files.keyFile);
    await tls.reload();
    agent.destroy();
    const other = new Agent();
    expect((await getHttp1(other)).name).to.equal("waterbill test two");
    other.destroy();
  });

  it("drops clients that speak no TLS, an old one, or say nothing", async () => {
    const plain = connectTcp(serving.port, "127.0.0.1");
    plain.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    plain.on("error", () => {});
    await once(plain.resume(), "close");
    const old = connectTls({
      port: serving.port,
      host: "localhost",
      ca,
      maxVersion: "TLSv1.1",
      minVersion: "TLSv1",
    });
    expect(await once(old, "error")).to.have.length(1);
    const silent = connectTcp(serving.port, "127.0.0.1");
    silent.on("error", () => {});
    await once(silent.resume(), "close");
    const agent = new Agent();
    expect((await getHttp1(agent)).body).to.equal("HTTP/1.1");
    agent.destroy();
  });

  it("finishes 200 requests in flight over both protocols when it closes", async () => {
    await serving.close();
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let begun = 0;
    tls = await openTls(files, testLogger());
    serving = await serve(
      async (request, response) => {
        begun += 1;
        if (begun === 200) release();
        await released;
        response.end(`HTTP/${request.httpVersion}`);
      },
      { tls },
    );
    const agent = new Agent({ keepAlive: true });
    const session = connectHttp2(`https://localhost:${serving.port}`, { ca });
    const calls = Array.from({ length: 200 }, (_, n) => (n % 2 ? getHttp1(agent) : getHttp2(session, "/")));
    await released;
    const closed = serving.server.close(5000);
    const bodies = (await Promise.all(calls)).map(({ body }) => body);
    await closed;
    expect(bodies.filter((body) => body === "HTTP/1.1")).to.have.length(100);
    expect(bodies.filter((body) => body === "HTTP/2.0")).to.have.length(100);
    agent.destroy();
    session.close();
  });

  it("can't be opened with files that are missing, broken or of two pairs", async () => {
    await copyFile(pem("two.key"), files.keyFile);
    for (const wrong of [files, { ...files, keyFile: join(folder, "missing") }]) {
      expect(await rejection(openTls(wrong, testLogger()))).to.be.instanceOf(TlsFilesError);
    }
    await writeFile(files.certFile, "no certificate");
    expect(await rejection(openTls(files, testLogger()))).to.be.instanceOf(TlsFilesError);
  });
});
