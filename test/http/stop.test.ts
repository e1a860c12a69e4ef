import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { expect } from "chai";
import type { NodeHandler, NodeResponse } from "../../src/http/node-handler.js";
import { rejection } from "../support/rejection.js";
import { serve, stopServing } from "../support/serve.js";
import { echo } from "./echo.js";
import { connectHttp2, getHttp2 } from "./http2-client.js";
import { connectRaw, getRequest } from "./raw-client.js";

/** A handler whose calls the test ends. */
function heldCalls(): { handler: NodeHandler; next(): Promise<NodeResponse> } {
  const begun: NodeResponse[] = [];
  const waiting: ((response: NodeResponse) => void)[] = [];
  return {
    handler(_, response) {
      const take = waiting.shift();
      if (take) take(response);
      else begun.push(response);
    },
    async next() {
      return begun.shift() ?? new Promise((resolve) => waiting.push(resolve));
    },
  };
}

describe("stopping the server", () => {
  afterEach(stopServing);

  it("is not ready and refuses new connections at once", async () => {
    const { url, server, readiness } = await serve(echo);
    const closed = server.close(1_000);

    expect(readiness.isStopped).to.equal(true);
    expect(await rejection(fetch(url))).to.be.an("error");
    await closed;
  });

  it("closes idle connections at once", async () => {
    const { port, url, server } = await serve(echo);
    const silent = await connectRaw(port);
    const begun = await connectRaw(port);
    begun.send("GET / HT");
    const kept = await connectRaw(port);
    kept.send(getRequest("/kept"));
    await kept.until("1.1 /kept");
    const session = connectHttp2(url);
    await getHttp2(session, "/");
    const goaway = once(session, "goaway");

    await server.close(60_000);

    await Promise.all([silent.closed, begun.closed, kept.closed, goaway]);
  });

  it("finishes an HTTP/1 call in flight, with Connection: close", async () => {
    const { handler, next } = heldCalls();
    const { port, server } = await serve(handler);
    const client = await connectRaw(port);
    client.send(getRequest("/"));
    const response = await next();
    const closed = server.close(60_000);

    response.end("finished");

    const received = await client.closed;
    expect(received).to.include("Connection: close").and.include("finished");
    await closed;
  });

  it("closes an HTTP/1 connection whose response began before", async () => {
    const { handler, next } = heldCalls();
    const { port, server } = await serve(handler);
    const client = await connectRaw(port);
    client.send(getRequest("/"));
    const response = await next();
    (response as ServerResponse).writeHead(200).flushHeaders();
    await client.until("keep-alive");
    const closed = server.close(60_000);

    response.end("finished");

    expect(await client.closed).to.include("finished");
    await closed;
  });

  it("finishes an HTTP/2 call in flight after sending GOAWAY", async () => {
    const { handler, next } = heldCalls();
    const { url, server } = await serve(handler);
    const session = connectHttp2(url);
    const received = getHttp2(session, "/");
    const response = await next();
    const goaway = once(session, "goaway");
    const closed = server.close(60_000);
    await goaway;

    response.end("finished");

    expect((await received).body).to.equal("finished");
    await closed;
  });

  it("accepts no new call in an HTTP/2 session that still has one", async () => {
    const { handler, next } = heldCalls();
    const { url, server } = await serve(handler);
    const session = connectHttp2(url);
    const first = getHttp2(session, "/first");
    const response = await next();
    const closed = server.close(60_000);
    const second = rejection(getHttp2(session, "/second"));

    response.end("finished");

    expect((await first).body).to.equal("finished");
    expect(await second).to.be.an("error");
    await closed;
  });

  it("cuts connections that outlive the grace period", async () => {
    const { handler, next } = heldCalls();
    const { port, url, server } = await serve(handler);
    const client = await connectRaw(port);
    client.send(getRequest("/"));
    const session = connectHttp2(url);
    const second = rejection(getHttp2(session, "/"));
    await Promise.all([next(), next()]);

    await server.close(50);

    expect(await client.closed).to.equal("");
    expect(await second).to.be.an("error");
  });

  it("can be requested twice", async () => {
    const { server } = await serve(echo);

    await Promise.all([server.close(1_000), server.close(1_000)]);
  });
});
