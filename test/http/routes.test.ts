import { expect } from "chai";
import type { Caller } from "../../src/caller.js";
import { pathOf, type RequestHandler } from "../../src/http/node-handler.js";
import { localize } from "../../src/messages/catalogue.js";
import { rejection } from "../support/rejection.js";
import { serveRoutes, stopServing } from "../support/serve.js";
import { connectHttp2, getHttp2 } from "./http2-client.js";
import { connectRaw, statusLine } from "./raw-client.js";

const login = "/waterbill.identity.v1.AuthService/Login";
const uuid = /^[0-9a-f-]{36}$/;

/** Responds with its name, and records its callers. A refusal adds the error's message. */
function respondWith(name: string, callers: Caller[] = []): RequestHandler {
  return {
    async handle(_, response, caller) {
      callers.push(caller);
      response.end(name);
    },
    refuse(_, response, { language }, { status, headers, localizedMessage }) {
      response.statusCode = status;
      for (const [field, value] of Object.entries(headers)) response.setHeader(field, value);
      response.end(`${name}: ${localize(language, localizedMessage)}`);
    },
  };
}

interface Handlers {
  rest?: RequestHandler;
  rpc?: RequestHandler;
  ping?: () => Promise<void>;
}

const serveHandlers = ({ rest = respondWith("rest"), rpc = respondWith("rpc"), ping }: Handlers = {}) =>
  serveRoutes(() => ({ rest, rpc: { ...rpc, accepts: (request) => pathOf(request) === login } }), ping);

/** The status and body of the response to one HTTP/1.1 request, whose target and host are sent exactly as given. */
async function send(port: number, target: string, method = "GET", host = "localhost"): Promise<string> {
  const client = await connectRaw(port);
  client.send(`${method} ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  const [head = "", body = ""] = (await client.closed).split("\r\n\r\n");
  return `${head.split(" ")[1]} ${body}`;
}

/** Text as the raw client receives it: one character per byte. */
const utf8 = (text: string) => Buffer.from(text).toString("latin1");

describe("routes", () => {
  afterEach(stopServing);

  it("responds to pings and probes on both protocols", async () => {
    const { port, url } = await serveHandlers();
    const session = connectHttp2(url);

    for (const [path, body] of [
      ["/ping", { message: "pong" }],
      ["/ping/", { message: "pong" }],
      ["/ping/?a=b", { message: "pong" }],
      ["/healthz", { status: "alive" }],
      ["/readyz", { status: "ready" }],
    ] as const) {
      const response = await getHttp2(session, path);

      expect(response.headers["content-type"]).to.equal("application/json");
      expect(JSON.parse(response.body)).to.deep.equal(body);
      expect(await send(port, path)).to.equal(`200 ${JSON.stringify(body)}`);
    }
    session.destroy();
  });

  it("responds to HEAD on a probe without a body, and has rest refuse other methods", async () => {
    const { port, url } = await serveHandlers();

    for (const path of ["/healthz", "/readyz", "/ping", "/ping/"]) {
      const posted = await fetch(url + path, {
        method: "POST",
        body: "x",
        headers: { "accept-language": "en" },
      });
      expect(posted.status).to.equal(405);
      expect(posted.headers.get("allow")).to.equal("GET, HEAD");
      expect(await posted.text()).to.equal("rest: Method not allowed.");
      expect(await send(port, path, "HEAD")).to.equal("200 ");
    }
  });

  it("is alive but not ready without the database", async () => {
    const { port } = await serveHandlers({ ping: async () => Promise.reject(new Error("no connection")) });

    expect(await send(port, "/readyz")).to.equal('503 {"status":"not ready"}');
    expect(await send(port, "/healthz")).to.equal('200 {"status":"alive"}');
  });

  it("passes service paths to rpc and all others to rest, with or without a query", async () => {
    const { port } = await serveHandlers();

    expect(await send(port, login, "POST")).to.equal("200 rpc");
    expect(await send(port, `${login}?a=b`, "POST")).to.equal("200 rpc");
    expect(await send(port, "/api/auth/login/", "POST")).to.equal("200 rest");
    expect(await send(port, "/", "GET")).to.equal("200 rest");
    expect(await send(port, "*", "OPTIONS")).to.equal("200 rest");
  });

  it("accepts each path in one spelling only", async () => {
    const { port } = await serveHandlers();

    for (const target of [
      `/${login}`,
      `${login}/`,
      login.replace("/Login", "//Login"),
      login.replace("/Login", "%2FLogin"),
      login.replace("/Login", "/./Login"),
      login.replace("/Login", "/x/../Login"),
      login.replace("Login", "%4Cogin"),
      login.toLowerCase(),
      `http://localhost${login}`,
      `${login}#`,
      `${login};a`,
      "//healthz",
      "/%72eadyz",
      "/healthz/",
    ]) {
      expect(await send(port, target, "POST"), target).to.equal("200 rest");
    }
  });

  const badHost = "La requête doit nommer un seul hôte valide.";

  it("has rpc refuse a host that makes no URL", async () => {
    const { port } = await serveHandlers();

    for (const host of ["a b[", "localhost:99999999", "", "1.2.3.999"]) {
      expect(await send(port, login, "POST", host), host).to.equal(`400 rpc: ${utf8(badHost)}`);
    }
  });

  it("refuses two Host fields on every path, even if they are equal", async () => {
    const { port } = await serveHandlers();

    for (const hosts of ["localhost\r\nHost: evil.example", "localhost\r\nhOST: localhost"]) {
      expect(await send(port, login, "POST", hosts)).to.equal(`400 rpc: ${utf8(badHost)}`);
      for (const path of ["/api/auth/login/", "/nowhere", "/ping/", "/healthz", "/readyz"]) {
        expect(await send(port, path, "GET", hosts), path).to.equal(`400 rest: ${utf8(badHost)}`);
      }
    }
  });

  it("refuses a Host that differs from the :authority over HTTP/2", async () => {
    const { url } = await serveHandlers();
    const session = connectHttp2(url);
    const get = (path: string, host: string) => getHttp2(session, path, { ":authority": "localhost", host });

    expect(await get(login, "evil.example")).to.include({ status: 400, body: `rpc: ${badHost}` });
    for (const path of ["/api/auth/login/", "/nowhere", "/ping/"]) {
      expect(await get(path, "localhost:81")).to.include({ status: 400, body: `rest: ${badHost}` });
    }
    expect((await get(login, "LocalHost")).status).to.equal(200);
    session.destroy();
  });

  it("accepts no Host in HTTP/1.0, except for rpc", async () => {
    const { port } = await serveHandlers();

    for (const [path, status] of [
      ["/healthz", 200],
      ["/nowhere", 200],
      [login, 400],
    ] as const) {
      const client = await connectRaw(port);
      client.send(`GET ${path} HTTP/1.0\r\n\r\n`);
      expect(statusLine(await client.closed)).to.match(new RegExp(`^HTTP/1.1 ${status} `));
    }
  });

  it("adds a request id and no-store to every response", async () => {
    const callers: Caller[] = [];
    const { url } = await serveHandlers({
      rest: respondWith("rest", callers),
      rpc: respondWith("rpc", callers),
    });

    for (const path of ["/healthz", "/nowhere", login]) {
      const response = await fetch(`${url}${path}`, { headers: { "x-request-id": "mine-1" } });
      expect(response.headers.get("x-request-id"), path).to.equal("mine-1");
      expect(response.headers.get("cache-control"), path).to.equal("no-store");
      expect((await fetch(`${url}${path}`)).headers.get("x-request-id"), path).to.match(uuid);
    }
    expect(callers).to.have.length(4);
    expect(callers[0]).to.deep.equal({
      address: "127.0.0.1",
      authorization: null,
      userAgent: "node",
      requestId: "mine-1",
      language: "fr",
      isLanguageRequested: false,
    });
  });

  it("passes on the client's address on both protocols", async () => {
    const callers: Caller[] = [];
    const { url } = await serveHandlers({ rest: respondWith("rest", callers) });
    const session = connectHttp2(url);
    await fetch(`${url}/a`, { headers: { "x-forwarded-for": "1.1.1.1" } });
    await getHttp2(session, "/a", { "x-forwarded-for": "1.1.1.1" });
    session.destroy();

    expect(callers.map(({ address }) => address)).to.deep.equal(["127.0.0.1", "127.0.0.1"]);
  });

  it("responds with 500 and an empty body when a handler fails", async () => {
    const { port, url } = await serveHandlers({
      rest: { ...respondWith("rest"), handle: async () => Promise.reject(new Error("a secret of ours")) },
    });
    const session = connectHttp2(url);

    expect(await send(port, "/")).to.equal("500 ");
    expect(await getHttp2(session, "/")).to.include({ status: 500, body: "" });
    session.destroy();
  });

  it("breaks off a response when its handler fails midway", async () => {
    const { port, url } = await serveHandlers({
      rest: {
        ...respondWith("rest"),
        async handle(_, response) {
          response.writeHead(200, { "content-length": "10" });
          if ("stream" in response) response.write("begun");
          else response.write("begun");
          throw new Error("midway");
        },
      },
    });
    const session = connectHttp2(url);
    const client = await connectRaw(port);
    client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");

    await client.closed;
    expect(await rejection(getHttp2(session, "/"))).to.be.an("error");
    session.destroy();
  });
});
