import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import { expect } from "chai";
import { type AddressLoad, createAddressLoad } from "../../src/http/address-load.js";
import { trustProxies } from "../../src/http/client-address.js";
import { DEFAULT_LIMITS } from "../../src/http/connection.js";
import type { NodeHandler, NodeResponse } from "../../src/http/node-handler.js";
import { parseRange } from "../../src/system/ip-range.js";
import { flag, frameType, preface } from "../support/http2-frames.js";
import { serve, stopServing } from "../support/serve.js";
import { framesIn, requestFrame, resetFrame, settings } from "./http2-frames.js";
import { connectRaw, getRequest, type RawClient } from "./raw-client.js";

const LIMITS = { ...DEFAULT_LIMITS, maxConnectionsPerAddress: 100, maxRequestsPerAddress: 8 };

describe("address load", () => {
  let load: AddressLoad;
  beforeEach(() => {
    load = createAddressLoad(LIMITS, [{ ...parseRange("10.0.0.0/8")!, factor: 2 }]);
  });

  function admit(address: string) {
    const socket = new EventEmitter() as Socket;
    const share = load.admit(socket, address);
    if (!share) throw new Error("not admitted");
    return { share, close: () => socket.emit("close") };
  }

  it("limits the requests of all connections of an address together, and of no other", () => {
    const [first, second] = [admit("192.0.2.1"), admit("192.0.2.1")];
    const begun = Array.from({ length: 9 }, (_, i) => (i % 2 ? first : second).share.beginRequest());
    expect(begun).to.deep.equal([...Array(8).fill(true), false]);
    expect(admit("192.0.2.2").share.beginRequest()).to.equal(true);
    first.share.endRequest();
    expect(second.share.beginRequest()).to.equal(true);
    expect(second.share.beginRequest()).to.equal(false);
  });

  it("counts the requests that outlive their connections", () => {
    const first = admit("192.0.2.1");
    for (let i = 0; i < 8; i += 1) first.share.beginRequest();
    first.close();
    load.sweep(0);
    expect(admit("192.0.2.1").share.beginRequest()).to.equal(false);
    first.share.endRequest();
    expect(admit("192.0.2.1").share.beginRequest()).to.equal(true);
  });

  it("allows a shared network several times as many", () => {
    const { share } = admit("10.1.2.3");
    const begun = Array.from({ length: 17 }, () => share.beginRequest());
    expect(begun).to.deep.equal([...Array(16).fill(true), false]);
  });

  it("shares the streams of an address among its connections, so that few more than its requests arrive", () => {
    const streams: number[] = [];
    for (let index = 0; index < 100; index += 1) {
      admit("192.0.2.1").share.limitStreams((max) => {
        streams[index] = max;
      });
      const sum = streams.reduce((total, max) => total + max, 0);
      expect(sum).to.be.at.most(Math.max(2 * 8, 4 * (index + 1)));
      expect(Math.min(...streams)).to.be.at.least(2);
    }
    const other: number[] = [];
    admit("192.0.2.2").share.limitStreams((max) => void other.push(max));
    expect(other).to.deep.equal([8]);
  });

  it("counts the resets of an address, which fall with time", () => {
    load.sweep(0);
    const [first, second] = [admit("192.0.2.1"), admit("192.0.2.1")];
    for (let i = 0; i < 500; i += 1) {
      expect(first.share.countReset() && second.share.countReset()).to.equal(true);
    }
    expect(first.share.countReset()).to.equal(false);
    expect(admit("192.0.2.2").share.countReset()).to.equal(true);
    load.sweep(1_000);
    expect(Array.from({ length: 164 }, () => second.share.countReset())).not.to.include(false);
    expect(second.share.countReset()).to.equal(false);
  });
});

describe("the requests of one address", () => {
  afterEach(stopServing);
  const limits = { maxRequestsPerAddress: 4 };

  /** A handler that answers nothing until `release`. */
  function waitingHandler() {
    const waiting: NodeResponse[] = [];
    const handler: NodeHandler = (_, response) => void waiting.push(response);
    const release = () => {
      for (const response of waiting) response.end();
    };
    return { handler, waiting, release };
  }

  const requests = (count: number) =>
    Buffer.concat([
      preface,
      settings,
      ...Array.from({ length: count }, (_, i) =>
        requestFrame(2 * i + 1, {}, flag.endHeaders | flag.endStream),
      ),
    ]);

  async function untilRefused(client: RawClient, count: number): Promise<void> {
    const refused = () =>
      framesIn(client.received()).filter(
        ({ type, payload }) => type === frameType.reset && payload.readUInt32BE(0) === 7,
      ).length;
    while (refused() < count) await setImmediate();
  }

  it("beyond the limit are refused over HTTP/2 without being handled; the others and other addresses are served", async () => {
    const { handler, waiting, release } = waitingHandler();
    const { port } = await serve(handler, { limits });
    const [first, second] = [await connectRaw(port), await connectRaw(port)];
    first.send(requests(3));
    while (waiting.length < 3) await setImmediate();
    second.send(requests(3));
    await untilRefused(second, 2);
    expect(waiting).to.have.length(4);
    const other = await connectRaw(port, false, "127.0.0.2");
    other.send(requests(2));
    while (waiting.length < 6) await setImmediate();
    release();
    for (const client of [first, second, other]) client.reset();
  });

  it("beyond the limit end an HTTP/1.1 connection", async () => {
    const { handler, waiting, release } = waitingHandler();
    const { port } = await serve(handler, { limits });
    const clients = await Promise.all(Array.from({ length: 5 }, () => connectRaw(port)));
    for (const client of clients) client.send(getRequest("/"));
    await Promise.race(clients.map(({ closed }) => closed));
    expect(waiting).to.have.length(4);
    release();
    for (const client of clients) client.reset();
  });

  it("are not limited for a trusted proxy", async () => {
    const { handler, waiting, release } = waitingHandler();
    const { port } = await serve(handler, { limits, trustsProxy: trustProxies([parseRange("127.0.0.1")!]) });
    const proxy = await connectRaw(port);
    proxy.send(requests(50));
    while (waiting.length < 50) await setImmediate();
    release();
    proxy.reset();
  });

  it("that are reset on many connections cost it those connections", async () => {
    let seen = 0;
    const handler: NodeHandler = () => {
      seen += 1;
    };
    const { port } = await serve(handler, { limits: { addressResetBurst: 100 } });
    const clients = await Promise.all(Array.from({ length: 6 }, () => connectRaw(port)));
    for (const client of clients) client.send(requests(50));
    while (seen < 300) await setImmediate();
    const resets = Buffer.concat(Array.from({ length: 50 }, (_, i) => resetFrame(2 * i + 1)));
    for (const client of clients) client.send(resets);
    await Promise.any(clients.map(({ closed }) => closed));
    for (const client of clients) client.reset();
  });
});
