import { once } from "node:events";
import { createServer, type Http2Server, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { connectGrpc, type GrpcClient, grpcHeader } from "../../bench/traffic/grpc-client.js";
import { rejection } from "../support/rejection.js";

const message = Buffer.from([0, 0, 0, 0, 2, 8, 1]);

function succeed(stream: ServerHttp2Stream): void {
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
  stream.end(message);
}

describe("the benchmark's gRPC client", () => {
  let server: Http2Server;
  let client: GrpcClient;
  let paths: unknown[];

  beforeEach(async () => {
    paths = [];
    server = createServer().on("stream", (stream, headers) => {
      paths.push(headers[":path"]);
      stream.on("error", () => {});
      if (headers[":path"] === "/fail")
        stream.respond({ ":status": 200, "grpc-status": "16" }, { endStream: true });
      else if (headers[":path"] === "/reset") stream.close(2);
      else succeed(stream);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    client = await connectGrpc((server.address() as AddressInfo).port);
  });

  afterEach(() => {
    client.close();
    server.close();
  });

  it("makes calls side by side, with header fields of any length", async () => {
    const header = grpcHeader("/ok", { authorization: `Bearer ${"x".repeat(600)}` });
    const messages = await Promise.all(Array.from({ length: 50 }, () => client.call(header)));
    expect(messages).to.deep.equal(Array.from({ length: 50 }, () => message));
    expect(paths).to.have.length(50);
  });

  for (const path of ["/fail", "/reset"]) {
    it(`rejects a call that ends without a message: ${path}`, async () => {
      expect(await rejection(client.call(grpcHeader(path)))).to.be.instanceOf(Error);
      expect(await client.call(grpcHeader("/ok"))).to.deep.equal(message);
    });
  }

  it("rejects the calls of a connection that is lost", async () => {
    server.removeAllListeners("stream").on("stream", (stream) => stream.session?.destroy());
    expect(await rejection(client.call(grpcHeader("/ok")))).to.be.instanceOf(Error);
  });
});
