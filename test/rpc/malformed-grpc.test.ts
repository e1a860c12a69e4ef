import { gzipSync } from "node:zlib";
import { expect } from "chai";
import { writeFrame } from "../../src/rpc/grpc-protocol.js";
import { createRpcHandler } from "../../src/rpc/rpc-handler.js";
import { useFakeServer } from "./fake-server.js";
import { binaryLogin as binary, invalidUtf8, jsonLogin as json, loginPath } from "./login-request.js";
import { sendRaw } from "./raw-grpc.js";

describe("a malformed request of gRPC", () => {
  const fake = useFakeServer(createRpcHandler);

  const send = (body: Uint8Array, headers: Record<string, string> = {}, path = loginPath) =>
    sendRaw(fake.url, path, body, headers);
  const frame = writeFrame(0, binary);

  const unreadable: Record<string, [Uint8Array, Record<string, string>]> = {
    "an empty body": [Buffer.alloc(0), {}],
    "half a frame": [frame.subarray(0, 9), {}],
    "two messages": [Buffer.concat([frame, frame]), {}],
    "broken protobuf": [writeFrame(0, binary.subarray(0, 5)), {}],
    "text that isn't UTF-8": [writeFrame(0, invalidUtf8), {}],
    "a compressed message without its encoding": [writeFrame(1, gzipSync(binary)), {}],
    "a gzip bomb": [writeFrame(1, gzipSync(Buffer.alloc(10_000_000))), { "grpc-encoding": "gzip" }],
    "10 MB": [writeFrame(0, Buffer.alloc(10_000_000)), {}],
    "a timeout that is none": [frame, { "grpc-timeout": "soon" }],
    "JSON that is none": [writeFrame(0, Buffer.from("{")), { "content-type": "application/grpc+json" }],
  };
  for (const [what, [body, headers]] of Object.entries(unreadable)) {
    it(`is refused: ${what}`, async () => {
      const answer = await send(body, headers);
      expect(answer).include({ httpStatus: 200, reason: "INVALID_REQUEST" });
      expect(answer.trailer["grpc-status"]).equal("3");
      expect(answer.trailer["grpc-message"]).match(/^(Le corps|Donn)/);
      expect(fake.services.received).empty;
    });
  }

  it("is refused as unimplemented, with what is known, when nobody knows its compression", async () => {
    const answer = await send(writeFrame(1, binary), { "grpc-encoding": "snappy" });
    expect(answer.trailer["grpc-status"]).equal("12");
    expect(answer.header["grpc-accept-encoding"]).equal("identity,gzip");
    expect(answer.reason).equal("INVALID_REQUEST");
  });

  it("is unimplemented where there is no such method", async () => {
    const answer = await send(frame, {}, "/waterbill.identity.v1.AuthService/Nothing");
    expect(answer.httpStatus).equal(200);
    expect(answer.trailer["grpc-status"]).equal("12");
  });

  it("is refused with 405 and 415 where it isn't even gRPC", async () => {
    const wrongVerb = await send(Buffer.alloc(0), { ":method": "GET" });
    expect([wrongVerb.httpStatus, wrongVerb.header.allow]).deep.equal([405, "POST"]);
    expect((await send(frame, { "content-type": "application/grpc+xml" })).httpStatus).equal(415);
    expect((await send(frame, { "content-type": "application/grpc-web-text" })).httpStatus).equal(415);
  });

  it("is not what is merely unusual", async () => {
    const utf8Json = Buffer.from(json);
    for (const [body, headers] of [
      [frame, { "content-type": "application/grpc+proto", "grpc-timeout": "99999999H" }],
      [writeFrame(1, gzipSync(binary)), { "grpc-encoding": "gzip" }],
      [writeFrame(0, utf8Json), { "content-type": "application/grpc+json" }],
    ] as const) {
      const answer = await send(body, headers);
      expect(answer.trailer["grpc-status"]).equal("0");
      expect(answer.body.readUInt32BE(1)).equal(answer.body.length - 5);
      expect(fake.services.received.pop()).include({ phone: "675799743" });
    }
  });

  it("is refused in the trailer frame of gRPC-Web", async () => {
    for (const [path, status] of [
      [loginPath, 3],
      ["/waterbill.identity.v1.AuthService/Nothing", 12],
    ] as const) {
      const answer = await fetch(fake.url + path, {
        method: "POST",
        body: Buffer.from("junk"),
        headers: { "content-type": "application/grpc-web+proto" },
      });
      const body = Buffer.from(await answer.arrayBuffer());
      const trailers = body.indexOf(0x80);
      expect(answer.headers.get("content-type")).equal("application/grpc-web+proto");
      expect(body.subarray(trailers + 5).toString()).contain(`grpc-status: ${status}\r\n`);
    }
  });
});
