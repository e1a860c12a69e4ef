import { EventEmitter, once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import type { NodeHandler, NodeRequest, NodeResponse } from "../../src/http/node-handler.js";
import { flag, frame, frameType, preface } from "../support/http2-frames.js";
import { serve, stopServing } from "../support/serve.js";
import { echo, shortLimits } from "./echo.js";
import { connectHttp2, getHttp2 } from "./http2-client.js";
import { framesIn, requestFrame, settings } from "./http2-frames.js";
import { connectRaw, getRequest, statusLine } from "./raw-client.js";

describe("slow clients", () => {
  afterEach(stopServing);

  it("disconnects one that sends nothing", async () => {
    const { port } = await serve(echo, { limits: shortLimits });
    const client = await connectRaw(port);

    expect(await client.closed).to.equal("");
  });

  it("disconnects one that sends a single byte", async () => {
    const { port } = await serve(echo, { limits: shortLimits });
    const client = await connectRaw(port);
    client.send("P");

    expect(await client.closed).to.equal("");
  });

  it("refuses half an HTTP/1 header with 408", async () => {
    const { port } = await serve(echo, { limits: shortLimits });
    const client = await connectRaw(port);
    client.send("GET / HTTP/1.1\r\nHost: lo");

    expect(statusLine(await client.closed)).to.equal("HTTP/1.1 408 Request Timeout");
  });

  it("refuses half an HTTP/1 body with 408", async () => {
    const { port } = await serve((request) => void request.resume(), { limits: shortLimits });
    const client = await connectRaw(port);
    client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{");

    expect(statusLine(await client.closed)).to.equal("HTTP/1.1 408 Request Timeout");
  });

  it("waits for a body that keeps arriving, over HTTP/1 and HTTP/2", async () => {
    async function count(request: NodeRequest, response: NodeResponse): Promise<void> {
      let bytes = 0;
      for await (const chunk of request) bytes += (chunk as Buffer).length;
      response.end(String(bytes));
    }
    const handler: NodeHandler = (request, response) => void count(request, response);
    // A chunk of 100 bytes buys ten seconds more, which also hold on a busy machine.
    const { port, url } = await serve(handler, { limits: { ...shortLimits, minBytesPerSecond: 10 } });
    const client = await connectRaw(port);
    client.send("POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 800\r\n\r\n");
    const session = connectHttp2(url);
    const stream = session.request({ ":method": "POST" }, { endStream: false });
    let response = "";
    stream.setEncoding("utf8").on("data", (text: string) => {
      response += text;
    });
    // Longer than a request may take that is slower than this rate.
    for (let sent = 0; sent < 8; sent += 1) {
      client.send("x".repeat(100));
      stream.write("x".repeat(100));
      await delay(60);
    }
    stream.end();
    await once(stream, "close");
    expect(response).to.equal("800");
    expect(await client.closed).to.match(/200 OK[\s\S]*800/);
    session.destroy();
  });

  it("disconnects one that sends half an HTTP/2 preface", async () => {
    const { port } = await serve(echo, { limits: shortLimits });
    const client = await connectRaw(port);
    client.send(preface.subarray(0, 10));

    await client.closed;
  });

  it("resets a stream whose HTTP/2 body does not end", async () => {
    const { url } = await serve((request) => void request.resume(), { limits: shortLimits });
    const session = connectHttp2(url);
    const stream = session.request({ ":method": "POST" }, { endStream: false });
    stream.on("error", () => {});
    stream.write("{");

    await once(stream, "close");

    expect(stream.rstCode).to.equal(8);
    session.destroy();
  });

  const large = Buffer.alloc(20_000_000);

  it("disconnects one that does not read its response over HTTP/1", async () => {
    const events = new EventEmitter();
    const dropped = once(events, "dropped");
    const { port } = await serve(
      (_, response) => {
        response.once("close", () => events.emit("dropped"));
        response.end(large);
      },
      { limits: shortLimits },
    );
    const client = await connectRaw(port);
    client.pause();
    client.send(getRequest("/"));

    await dropped;
    client.reset();
  });

  it("resets the stream of one that does not read its response over HTTP/2", async () => {
    const { url } = await serve((_, response) => void response.end(large), { limits: shortLimits });
    const session = connectHttp2(url);
    const stream = session.request({});
    stream.on("error", () => {});

    await once(stream, "close");

    expect(stream.rstCode).to.equal(8);
    expect(session.destroyed).to.equal(false);
    session.destroy();
  });
});

describe("idle clients", () => {
  afterEach(stopServing);

  it("closes an HTTP/1 connection", async () => {
    // Node adds a second of its own to the keep-alive time-out.
    const { port } = await serve(echo, { limits: shortLimits });
    const client = await connectRaw(port);
    client.send(getRequest("/"));

    expect(await client.closed).to.include("Keep-Alive: timeout=");
  });

  it("sends GOAWAY to an HTTP/2 session and closes it", async () => {
    const { url } = await serve(echo, { limits: shortLimits });
    const session = connectHttp2(url);
    const goaway = once(session, "goaway");
    await getHttp2(session, "/");

    const [code] = await goaway;
    await once(session, "close");

    expect(code).to.equal(0);
  });

  it("disconnects an HTTP/2 client that keeps its side open after the GOAWAY", async () => {
    const { port } = await serve(echo, { limits: { ...shortLimits, headerMs: 60_000, requestMs: 60_000 } });
    const client = await connectRaw(port, true);
    client.send(Buffer.concat([preface, settings, requestFrame(1, {}, flag.endHeaders | flag.endStream)]));

    const frames = framesIn(await client.ended);
    expect(frames.map(({ type }) => type)).to.include(frameType.goaway);

    // A client learns only by sending that the other side is closed.
    const sending = setInterval(() => client.send("x"), 10);
    await client.closed;
    clearInterval(sending);
  });

  it("lets a call take as long as it needs", async () => {
    const { url } = await serve(
      (_, response) => {
        setTimeout(() => response.end("late"), 1_200);
      },
      { limits: shortLimits },
    );
    const session = connectHttp2(url);

    const responses = await Promise.all([
      fetch(url).then((response) => response.text()),
      getHttp2(session, "/"),
    ]);

    expect(responses[0]).to.equal("late");
    expect(responses[1].body).to.equal("late");
    session.destroy();
  });

  it("disconnects an HTTP/2 client that does not acknowledge pings during its call", async () => {
    const { port } = await serve(() => {}, { limits: shortLimits });
    const client = await connectRaw(port);
    client.send(Buffer.concat([preface, settings, requestFrame(1, {}, flag.endHeaders | flag.endStream)]));

    await client.closed;
  });

  const unanswered = Buffer.concat([preface, settings, requestFrame(1, {})]);
  const undecodable = frame(frameType.headers, flag.endHeaders, 3, Buffer.alloc(6, 0xff));
  const goaway = frame(frameType.goaway, 0, 0, Buffer.alloc(8));
  for (const [name, bytes] of [
    ["that has broken down", [unanswered, undecodable]],
    ["whose client says GOAWAY and breaks it then", [unanswered, goaway, undecodable]],
  ] as const) {
    it(`disconnects an HTTP/2 session ${name}`, async () => {
      const { port } = await serve(() => {}, {
        limits: { ...shortLimits, requestMs: 60_000, idleMs: 60_000 },
      });
      const client = await connectRaw(port);
      client.send(Buffer.concat(bytes));
      client.end();

      await client.closed;
    });
  }
});
