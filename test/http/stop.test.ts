import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { expect } from "chai";
import type { NodeHandler, NodeResponse } from "../../src/http/node-handler.js";
import { flag, frameType, preface } from "../support/http2-frames.js";
import { rejection } from "../support/rejection.js";
import { serve, stopServing } from "../support/serve.js";
import { echo } from "./echo.js";
import { connectHttp2, getHttp2 } from "./http2-client.js";
import { framesIn, requestFrame, settings } from "./http2-frames.js";
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

  it("refuses new connections at once", async () => {
    const { url, server } = await serve(echo);
    const closed = server.close(1_000);

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

describe("draining the server", () => {
  afterEach(stopServing);

  /** Longer than any test. */
  const FOREVER_MS = 60_000;

  it("serves the first request of a connection that was accepted before, and closes it", async () => {
    const { port, url, server } = await serve(echo);
    const silent = await connectRaw(port);
    const begun = await connectRaw(port);
    begun.send("GET /beg");
    const drained = server.drain(FOREVER_MS);

    expect(await rejection(fetch(url))).to.be.an("error");
    silent.send(getRequest("/silent"));
    begun.send("un HTTP/1.1\r\nHost: localhost\r\n\r\n");
    expect(await silent.closed)
      .to.include("Connection: close")
      .and.include("1.1 /silent");
    expect(await begun.closed)
      .to.include("Connection: close")
      .and.include("1.1 /begun");
    await drained;
  });

  it("serves one more request on an idle HTTP/1 connection, with Connection: close", async () => {
    const { port, server } = await serve(echo);
    const client = await connectRaw(port);
    client.send(getRequest("/first"));
    await client.until("1.1 /first");
    const drained = server.drain(FOREVER_MS);

    client.send(getRequest("/second"));

    expect((await client.closed).split("1.1 /first")[1])
      .to.include("Connection: close")
      .and.include("1.1 /second");
    await drained;
  });

  it("serves the request after a response that had begun without Connection: close", async () => {
    const { handler, next } = heldCalls();
    const { port, server } = await serve(handler);
    const client = await connectRaw(port);
    client.send(getRequest("/"));
    const first = await next();
    (first as ServerResponse).writeHead(200).flushHeaders();
    await client.until("keep-alive");
    const drained = server.drain(FOREVER_MS);

    first.end("first");
    client.send(getRequest("/"));
    (await next()).end("second");

    expect(await client.closed)
      .to.include("first")
      .and.include("Connection: close")
      .and.include("second");
    await drained;
  });

  it("serves an HTTP/2 request that was sent before the GOAWAY arrived", async () => {
    const { handler, next } = heldCalls();
    const { port, server } = await serve(handler);
    const client = await connectRaw(port);
    client.send(preface);
    client.send(settings);
    client.send(requestFrame(1, { ":method": "GET" }, flag.endHeaders | flag.endStream));
    const first = await next();
    const drained = server.drain(FOREVER_MS);
    const frames = () => framesIn(client.received());
    const notices = () => frames().filter(({ type }) => type === frameType.goaway);
    while (notices().length === 0) await new Promise(setImmediate);

    client.send(requestFrame(3, { ":method": "GET" }, flag.endHeaders | flag.endStream));
    (await next()).end("second");
    first.end("first");
    await client.until("second");
    await client.until("first");

    expect(notices().map(({ payload }) => payload.readUInt32BE(0))).to.deep.equal([2 ** 31 - 1]);
    client.end();
    await drained;
  });

  it("serves an HTTP/2 session that begins meanwhile", async () => {
    const { handler, next } = heldCalls();
    const { port, server } = await serve(handler);
    const client = await connectRaw(port);
    const drained = server.drain(FOREVER_MS);

    client.send(preface);
    client.send(settings);
    client.send(requestFrame(1, { ":method": "GET" }, flag.endHeaders | flag.endStream));
    (await next()).end("served");
    await client.until("served");

    // Settings come first (RFC 9113, section 3.4).
    const types = framesIn(client.received()).map(({ type }) => type);
    expect(types[0]).to.equal(frameType.settings);
    expect(types).to.include(frameType.goaway);
    client.end();
    await drained;
  });

  it("answers all pipelined requests, and says Connection: close in the last response", async () => {
    const { handler, next } = heldCalls();
    const { port, server } = await serve(handler);
    const client = await connectRaw(port);
    client.send(getRequest("/1") + getRequest("/2"));
    const responses = [await next(), await next()];
    const drained = server.drain(FOREVER_MS);
    client.send(getRequest("/3"));
    responses.push(await next());

    for (const [index, response] of responses.entries()) response.end(`response ${index + 1}`);

    const received = (await client.closed).split("HTTP/1.1 200").slice(1);
    expect(received).to.have.length(3);
    expect(received.map((each) => each.includes("Connection: close"))).to.deep.equal([false, false, true]);
    await drained;
  });

  it("ends after its time, and leaves the connections to `close`", async () => {
    const { port, server } = await serve(echo);
    const silent = await connectRaw(port);

    await server.drain(1);
    const closed = server.close(FOREVER_MS);

    expect(await silent.closed).to.equal("");
    await closed;
  });
});
