import { once } from "node:events";
import { setImmediate } from "node:timers/promises";
import { expect } from "chai";
import { trustProxies } from "../../src/http/client-address.js";
import type { NodeHandler } from "../../src/http/node-handler.js";
import { parseRange } from "../../src/system/ip-range.js";
import { flag, frame, frameType, preface } from "../support/http2-frames.js";
import { serve, stopServing } from "../support/serve.js";
import { echo } from "./echo.js";
import { connectHttp2, getHttp2 } from "./http2-client.js";
import { requestFrame, resetFrame, settings } from "./http2-frames.js";
import { connectRaw, getRequest } from "./raw-client.js";

const repeat = (count: number, each: (index: number) => Buffer) =>
  Buffer.concat([preface, settings, ...Array.from({ length: count }, (_, index) => each(index))]);

const resets = (count: number) =>
  repeat(count, (index) => Buffer.concat([requestFrame(2 * index + 1, {}), resetFrame(2 * index + 1)]));

/** Handles each request with 200 and counts it. */
function countingHandler(): { handler: NodeHandler; handled(): number } {
  let handled = 0;
  return {
    handler(_, response) {
      handled += 1;
      response.end();
    },
    handled: () => handled,
  };
}

describe("a client that floods its HTTP/2 connection", () => {
  afterEach(stopServing);

  it("with stream resets loses it, and nearly all of its requests are not handled", async () => {
    const { handler, handled } = countingHandler();
    const { port, url } = await serve(handler);
    const flood = await connectRaw(port);
    const start = performance.now();
    flood.send(resets(5_000));

    await flood.closed;

    // An acknowledgement of a ping that is missing would close it too, after 10 s.
    expect(performance.now() - start).to.be.below(5_000);
    expect(handled()).to.be.below(200);
    expect((await fetch(url)).status).to.equal(200);
  });

  it("with more resets than nghttp2 allows, before it has reported a stream, loses it", async () => {
    const { handler, handled } = countingHandler();
    const { port } = await serve(handler);
    const flood = await connectRaw(port);
    // GET http / with indexed fields: the chunk that is read at once has 2,000 of them.
    const header = Buffer.from([0x82, 0x86, 0x84]);
    const short = (id: number) => frame(frameType.headers, flag.endHeaders | flag.endStream, id, header);
    const start = performance.now();
    flood.send(repeat(2_000, (index) => Buffer.concat([short(2 * index + 1), resetFrame(2 * index + 1)])));

    await flood.closed;

    expect(performance.now() - start).to.be.below(5_000);
    expect(handled()).to.equal(0);
  });

  for (const code of [0, 8]) {
    it(`with resets one after the other loses it: error code ${code}`, async () => {
      const { port } = await serve((request) => void request.resume());
      const flood = await connectRaw(port);
      let isClosed = false;
      void flood.closed.then(() => {
        isClosed = true;
      });
      flood.send(Buffer.concat([preface, settings]));
      // Each after the server has seen the stream, and fewer than the 1,000 at which nghttp2 stops reading.
      for (let index = 0; index < 900 && !isClosed; index += 1) {
        const id = 2 * index + 1;
        flood.send(requestFrame(id, {}));
        await setImmediate();
        flood.send(frame(frameType.reset, 0, id, Buffer.from([0, 0, 0, code])));
        await setImmediate();
      }
      await flood.closed;
    });
  }

  it("with fewer resets keeps it", async () => {
    const { port } = await serve(echo);
    const client = await connectRaw(port);
    client.send(Buffer.concat([resets(150), requestFrame(301, { ":path": "/last" })]));

    await client.until("/last");
    client.reset();
  });

  it("as a trusted proxy may reset more", async () => {
    const trustsProxy = trustProxies([parseRange("127.0.0.1")!]);
    const { port } = await serve(echo, { trustsProxy });
    const [proxy, other] = [await connectRaw(port), await connectRaw(port)];
    proxy.send(Buffer.concat([resets(450), requestFrame(901, { ":path": "/last" })]));
    await proxy.until("/last");
    proxy.reset();
    other.send(resets(5_000));
    await other.closed;
  });

  const controlFrames: Record<string, Buffer> = {
    PING: frame(frameType.ping, 0, 0, Buffer.alloc(8)),
    SETTINGS: settings,
    PRIORITY: frame(frameType.priority, 0, 1, Buffer.from([0, 0, 0, 0, 16])),
    "WINDOW_UPDATE of the connection": frame(frameType.windowUpdate, 0, 0, Buffer.from([0, 0, 0, 1])),
    "empty DATA": frame(frameType.data, 0, 1, Buffer.alloc(0)),
  };
  for (const [name, each] of Object.entries(controlFrames)) {
    it(`with ${name} frames loses it, also while a request of it waits`, async () => {
      const { port, url } = await serve((request, response) => {
        if (request.method === "GET") response.end();
      });
      const flood = await connectRaw(port);
      const start = performance.now();
      flood.send(Buffer.concat([preface, settings, requestFrame(1, {})]));
      flood.send(Buffer.concat(Array.from({ length: 20_000 }, () => each)));

      await flood.closed;

      expect(performance.now() - start).to.be.below(5_000);
      expect((await fetch(url)).status).to.equal(200);
    });
  }
});

describe("a client that hides control frames among requests", () => {
  afterEach(stopServing);

  it("loses its connection", async () => {
    const { port, url } = await serve(echo);
    const flood = await connectRaw(port);
    const ping = frame(frameType.ping, 0, 0, Buffer.alloc(8));
    const pings = Buffer.concat(Array.from({ length: 900 }, () => ping));
    let isClosed = false;
    void flood.closed.then(() => {
      isClosed = true;
    });
    flood.send(Buffer.concat([preface, settings]));
    for (let id = 1; !isClosed; id += 2) {
      flood.send(Buffer.concat([requestFrame(id, {}, flag.endHeaders | flag.endStream), pings]));
      await setImmediate();
    }
    expect((await fetch(url)).status).to.equal(200);
  });
});

describe("a client that sends much in good faith", () => {
  afterEach(stopServing);

  it("keeps its HTTP/2 connection with 20 MB of a body and of a response, and with 2,000 requests", async () => {
    const large = Buffer.alloc(20_000_000);
    const handler: NodeHandler = (request, response) => {
      let bytes = 0;
      request.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
      });
      request.once("end", () => response.end(request.url === "/large" ? large : `${bytes}`));
    };
    const { url } = await serve(handler, { limits: { headerMs: 2_000 } });
    const session = connectHttp2(url);
    let hasClosed = false;
    session.once("close", () => {
      hasClosed = true;
    });
    const upload = session.request({ ":method": "POST" });
    const chunk = Buffer.alloc(1_000);
    for (let sent = 0; sent < 20_000; sent += 1) {
      if (!upload.write(chunk)) await once(upload, "drain");
    }
    upload.end();
    let counted = "";
    for await (const part of upload.setEncoding("utf8")) counted += part;
    expect(counted).to.equal("20000000");
    expect((await getHttp2(session, "/large")).body).to.have.length(20_000_000);
    for (let batch = 0; batch < 20; batch += 1) {
      await Promise.all(Array.from({ length: 100 }, () => getHttp2(session, "/")));
    }
    // The server looks at what has arrived more often than it pings.
    await once(session, "ping");
    expect(hasClosed).to.equal(false);
    session.destroy();
  });

  it("keeps it with bodies that arrive together with their headers", async () => {
    const handler: NodeHandler = (request, response) => {
      let bytes = 0;
      request.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
      });
      // Not before the server has looked a few times at what has arrived.
      request.once("end", () => setTimeout(() => response.end(`${request.url}: ${bytes} bytes`), 30));
    };
    // It looks every 5 ms.
    const { port } = await serve(handler, { limits: { lingerMs: 10 } });
    const client = await connectRaw(port);
    const part = Buffer.alloc(15_000);
    const upload = (id: number) => [
      requestFrame(id, { ":path": `/${id}` }),
      frame(frameType.data, 0, id, part),
      frame(frameType.data, flag.endStream, id, part),
    ];
    // The first one also comes together with the start of the connection.
    client.send(Buffer.concat([preface, settings, ...upload(1)]));
    await client.until("/1: 30000 bytes");
    for (let id = 3; id < 10; id += 2) {
      client.send(Buffer.concat(upload(id)));
      await client.until(`/${id}: 30000 bytes`);
    }
    client.end();
  });
});

describe("connections of one address", () => {
  afterEach(stopServing);
  const limits = { maxConnectionsPerAddress: 2 };

  /** Opens a connection and sends a request; resolves with whether it was answered. */
  async function open(port: number, address: string) {
    const client = await connectRaw(port, false, address);
    client.send(getRequest("/"));
    const isAnswered = await client.until("1.1 /").then(
      () => true,
      () => false,
    );
    return { client, isAnswered };
  }
  async function answered(port: number, address: string, count: number): Promise<number> {
    const opened = [];
    for (let each = 0; each < count; each += 1) opened.push(await open(port, address));
    return opened.filter(({ isAnswered }) => isAnswered).length;
  }

  it("are limited, while other addresses are served, and free their places when they close", async () => {
    const { port } = await serve(echo, { limits });
    const [first, ...others] = [await open(port, "127.0.0.2"), await open(port, "127.0.0.2")];
    expect(await answered(port, "127.0.0.2", 3)).to.equal(0);
    expect(await answered(port, "127.0.0.3", 3)).to.equal(2);
    expect([first, ...others].every(({ isAnswered }) => isAnswered)).to.equal(true);
    first.client.end();
    await first.client.closed;
    while (!(await open(port, "127.0.0.2")).isAnswered);
    expect(await answered(port, "127.0.0.2", 1)).to.equal(0);
  });

  it("are fewer for a while after one was cut for a flood", async () => {
    const { port } = await serve(echo, { limits: { maxConnectionsPerAddress: 20, cutMs: 2_000 } });
    const flood = await connectRaw(port, false, "127.0.0.2");
    flood.send(resets(2_000));
    await flood.closed;
    expect(await answered(port, "127.0.0.3", 6)).to.equal(6);
    expect(await answered(port, "127.0.0.2", 6)).to.equal(4);
    while (!(await open(port, "127.0.0.2")).isAnswered);
  });

  it("are closed, the newest first, when one was cut for a flood and they are too many", async () => {
    const { port } = await serve(echo, { limits: { maxConnectionsPerAddress: 20 } });
    const crowd = "127.0.0.2";
    const old = [await open(port, crowd), await open(port, crowd)];
    const flood = await connectRaw(port, false, crowd);
    const young = [];
    for (let each = 0; each < 17; each += 1) young.push(await open(port, crowd));
    const neighbour = await open(port, "127.0.0.3");
    flood.send(resets(2_000));
    await flood.closed;
    // Of the four places that are left the flood had one when the others were closed.
    await Promise.all(young.slice(1).map(({ client }) => client.closed));
    for (const { client } of [...old, young[0]!, neighbour]) {
      client.send(getRequest("/again"));
      await client.until("1.1 /again");
    }
    expect(await answered(port, crowd, 2)).to.equal(1);
  });

  it("are more in a shared network", async () => {
    const sharedNetworks = [{ ...parseRange("127.1.0.0/16")!, factor: 3 }];
    const { port } = await serve(echo, { limits, sharedNetworks });
    expect(await answered(port, "127.1.0.1", 8)).to.equal(6);
    expect(await answered(port, "127.0.0.2", 4)).to.equal(2);
  });

  it("are not limited for a trusted proxy", async () => {
    const { port } = await serve(echo, { limits, trustsProxy: trustProxies([parseRange("127.0.0.9")!]) });
    expect(await answered(port, "127.0.0.9", 5)).to.equal(5);
    expect(await answered(port, "127.0.0.2", 5)).to.equal(2);
  });
});
