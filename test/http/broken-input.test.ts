import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { expect } from "chai";
import { sendResponse } from "../../src/http/node-body.js";
import { frame, frameType, preface } from "../support/http2-frames.js";
import { rejection } from "../support/rejection.js";
import { serve, stopServing } from "../support/serve.js";
import { echo } from "./echo.js";
import { connectHttp2, getHttp2 } from "./http2-client.js";
import { framesIn, requestFrame, resetFrame, settings } from "./http2-frames.js";
import { connectRaw, getRequest, statusLine } from "./raw-client.js";

describe("broken and oversized input", () => {
  afterEach(stopServing);

  const cases: [name: string, sent: string, status: string][] = [
    ["garbage", "\x00\x01\x02\x03\r\n\r\n", "400 Bad Request"],
    ["a TLS greeting", "\x16\x03\x01\x02\x00\x01\x00", "400 Bad Request"],
    ["HTTP/1.1 without a host", "GET / HTTP/1.1\r\n\r\n", "400 Bad Request"],
    [
      "two lengths",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
      "400 Bad Request",
    ],
    [
      "a header too large",
      getRequest("/").replace("\r\n\r\n", `\r\nX: ${"x".repeat(17_000)}\r\n\r\n`),
      "431",
    ],
    [
      "too many header fields",
      getRequest("/").replace("\r\n\r\n", `${"\r\nX: x".repeat(100)}\r\n\r\n`),
      "431",
    ],
  ];
  for (const [name, sent, status] of cases) {
    it(`refuses ${name} with ${status.slice(0, 3)}`, async () => {
      const { port } = await serve(echo);
      const client = await connectRaw(port);
      client.send(Buffer.from(sent, "latin1"));

      expect(statusLine(await client.closed)).to.match(new RegExp(`^HTTP/1.1 ${status}`));
    });
  }

  it("accepts the maximum number of header fields", async () => {
    const { port } = await serve(echo);
    const client = await connectRaw(port);
    client.send(getRequest("/many").replace("\r\n\r\n", `${"\r\nX: x".repeat(99)}\r\n\r\n`));

    await client.until("1.1 /many");
    client.reset();
  });

  it("does not write a refusal into a response that has begun", async () => {
    const { port } = await serve((_, response) => {
      (response as ServerResponse).writeHead(200).flushHeaders();
    });
    const client = await connectRaw(port);
    client.send(getRequest("/"));
    await client.until("200 OK");
    client.send("\x00\r\n\r\n");

    expect(await client.closed).not.to.include("400");
  });

  it("keeps a connection that is to close open until the rest of a refused request has arrived", async () => {
    const { port } = await serve((request, response) => {
      const header = new Headers({ "content-length": "7" });
      sendResponse(request, response, { status: 413, header, body: Buffer.from("refused") });
    });
    const client = await connectRaw(port);
    let hasEnded = false;
    void client.ended.then(() => {
      hasEnded = true;
    });
    client.send("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 9\r\n\r\n1234");
    await client.until("refused");
    // A whole exchange of another client, in which the server could have closed the connection.
    await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: "whole" });
    expect(hasEnded).to.equal(false);

    client.send("56789");
    expect((await client.closed).endsWith("refused")).to.equal(true);
  });

  it("does not write a second response to a request that was refused before it had arrived", async () => {
    const { port } = await serve((request, response) => {
      response.statusCode = 401;
      response.end();
      request.resume();
    });
    const client = await connectRaw(port);
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n");
    await client.until("401 Unauthorized");
    client.end();

    expect((await client.closed).match(/HTTP\/1\.1/g)).to.have.length(1);
  });

  it("disconnects a client that pipelines too many requests", async () => {
    let begun = 0;
    const { port } = await serve(
      () => {
        begun += 1;
      },
      { limits: { maxPipelined: 3 } },
    );
    const client = await connectRaw(port);
    client.send(getRequest("/").repeat(10));

    await client.closed;

    expect(begun).to.equal(3);
  });

  it("sends GOAWAY on a broken HTTP/2 preface and disconnects", async () => {
    const { port, url } = await serve(echo);
    const client = await connectRaw(port);
    client.send("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n");

    const frames = framesIn(await client.closed);

    expect(frames.map(({ type }) => type)).to.include(frameType.goaway);
    expect((await fetch(url)).status).to.equal(200);
  });

  it("resets an HTTP/2 stream whose header is too large or has too many fields", async () => {
    const { url } = await serve(echo);
    const session = connectHttp2(url);
    const many = Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`x-${index}`, "x"]));

    // The client acknowledges our limit with its first request.
    expect((await getHttp2(session, "/", { x: "x".repeat(8_000) })).status).to.equal(200);
    expect(await rejection(getHttp2(session, "/", { x: "x".repeat(17_000) }))).to.be.an("error");
    expect(await rejection(getHttp2(session, "/", many))).to.be.an("error");
    expect((await getHttp2(session, "/")).status).to.equal(200);
    session.destroy();
  });

  it("refuses HTTP/2 streams beyond the maximum", async () => {
    const { port } = await serve(() => {}, { limits: { maxConcurrentStreams: 2 } });
    const client = await connectRaw(port);
    const opened = [1, 3, 5].map((id) => requestFrame(id, {}));
    client.send(Buffer.concat([preface, settings, ...opened]));

    await client.until(frame(frameType.reset, 0, 5, Buffer.from([0, 0, 0, 7])).toString("latin1"));
    client.reset();
  });

  it("survives streams that are reset as they are opened, with and without Expect", async () => {
    const { port, url } = await serve(echo);
    const client = await connectRaw(port);
    const ids = Array.from({ length: 50 }, (_, index) => 2 * index + 1);
    const flood = ids.flatMap((id) => [
      requestFrame(id, id % 4 === 1 ? { expect: "100-continue" } : {}),
      resetFrame(id),
    ]);
    client.send(Buffer.concat([preface, settings, ...flood]));
    await client.until("\x00\x00\x00\x04\x01");
    client.reset();

    expect((await fetch(url)).status).to.equal(200);
  });

  it("handles Expect: 100-continue over HTTP/2", async () => {
    const { url } = await serve(echo);
    const session = connectHttp2(url);
    const stream = session.request({ ":method": "POST", expect: "100-continue" }, { endStream: false });

    await once(stream, "continue");
    stream.end("{}");
    const [headers] = await once(stream, "response");

    expect(headers[":status"]).to.equal(200);
    session.destroy();
  });

  it("accepts no more connections than the maximum", async () => {
    const { port } = await serve(echo, { limits: { maxConnections: 1 } });
    const first = await connectRaw(port);
    first.send(getRequest("/"));
    await first.until("1.1 /");
    const second = await connectRaw(port);

    expect(await second.closed).to.equal("");
    first.send(getRequest("/again"));
    await first.until("1.1 /again");
    first.reset();
  });
});
