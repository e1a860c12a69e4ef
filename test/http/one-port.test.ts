import { expect } from "chai";
import { createServer } from "../../src/http/server.js";
import { preface } from "../support/http2-frames.js";
import { testLogger } from "../support/log.js";
import { rejection } from "../support/rejection.js";
import { serve, stopServing } from "../support/serve.js";
import { echo } from "./echo.js";
import { connectHttp2, getHttp2 } from "./http2-client.js";
import { requestFrame, settings } from "./http2-frames.js";
import { connectRaw } from "./raw-client.js";

describe("one port", () => {
  afterEach(stopServing);

  it("serves HTTP/1.1 and HTTP/2", async () => {
    const { port, url } = await serve(echo);
    const session = connectHttp2(url);

    expect(await (await fetch(`http://127.0.0.1:${port}/a`)).text()).to.equal("1.1 /a");
    expect((await getHttp2(session, "/b")).body).to.equal("2.0 /b");
    session.destroy();
  });

  it("recognises HTTP/2 by a preface that arrives byte by byte", async () => {
    const { port } = await serve(echo);
    const client = await connectRaw(port);
    const bytes = Buffer.concat([preface, settings, requestFrame(1, { ":path": "/b" }, 5)]);

    for (const byte of bytes) {
      client.send(Buffer.from([byte]));
      await new Promise(setImmediate);
    }

    await client.until("2.0 /b");
    client.reset();
  });

  it("recognises HTTP/1.1 by a POST whose P arrives alone", async () => {
    const { port } = await serve(echo);
    const client = await connectRaw(port);

    client.send("P");
    await new Promise(setImmediate);
    client.send("OST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");

    await client.until("1.1 /a");
    client.reset();
  });

  it("keeps serving when a client disconnects before its protocol is known", async () => {
    const { port, url } = await serve(echo);
    const client = await connectRaw(port);

    client.send("PR");
    client.end();
    await client.closed;

    expect((await fetch(url)).status).to.equal(200);
  });

  it("rejects a port that is in use", async () => {
    const { port } = await serve(echo);
    const second = createServer({ handler: echo, logger: testLogger() });

    expect(await rejection(second.listen(port, "127.0.0.1"))).to.include({ code: "EADDRINUSE" });
    await second.close(0);
  });
});
