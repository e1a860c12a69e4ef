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
    "half a frame": [frame.subarray(0, 9), {}],
    "broken protobuf": [writeFrame(0, binary.subarray(0, 5)), {}],
    "text that isn't UTF-8": [writeFrame(0, invalidUtf8), {}],
    "a gzip bomb": [writeFrame(1, gzipSync(Buffer.alloc(10_000_000))), { "grpc-encoding": "gzip" }],
    "10 MB": [writeFrame(0, Buffer.alloc(10_000_000)), {}],
    "an invalid timeout": [frame, { "grpc-timeout": "soon" }],
    "invalid JSON": [writeFrame(0, Buffer.from("{")), { "content-type": "application/grpc+json" }],
  };
  for (const [what, [body, headers]] of Object.entries(unreadable)) {
    it(`is refused: ${what}`, async () => {
      const response = await send(body, headers);
      expect(response).to.include({ httpStatus: 200, reason: "INVALID_REQUEST" });
      expect(response.trailer["grpc-status"]).to.equal("3");
      expect(response.trailer["grpc-message"]).to.match(/^(Le corps|Donn)/);
      expect(fake.services.received).to.be.empty;
    });
  }

  const other: Record<string, [status: string, body: Uint8Array, headers: Record<string, string>]> = {
    "unimplemented without a message": ["12", Buffer.alloc(0), {}],
    "unimplemented with two messages": ["12", Buffer.concat([frame, frame]), {}],
    "unimplemented when an unknown compression is announced": ["12", frame, { "grpc-encoding": "snappy" }],
    "internal when a message is compressed without an encoding": ["13", writeFrame(1, gzipSync(binary)), {}],
    "internal when a message is compressed with identity": [
      "13",
      writeFrame(1, gzipSync(binary)),
      { "grpc-encoding": "identity" },
    ],
  };
  for (const [what, [status, body, headers]] of Object.entries(other)) {
    it(`is refused as ${what}`, async () => {
      const response = await send(body, headers);
      expect(response).to.include({ httpStatus: 200, reason: "INVALID_REQUEST" });
      expect(response.trailer["grpc-status"]).to.equal(status);
      expect(fake.services.received).to.be.empty;
    });
  }

  it("is refused as unimplemented, with the supported encodings, when its compression is unknown", async () => {
    const response = await send(writeFrame(1, binary), { "grpc-encoding": "snappy" });
    expect(response.trailer["grpc-status"]).to.equal("12");
    expect(response.header["grpc-accept-encoding"]).to.equal("identity,gzip");
    expect(response.reason).to.equal("INVALID_REQUEST");
  });

  it("is unimplemented when there is no such method", async () => {
    const response = await send(frame, {}, "/waterbill.identity.v1.AuthService/Nothing");
    expect(response.httpStatus).to.equal(200);
    expect(response.trailer["grpc-status"]).to.equal("12");
  });

  it("is refused with 405 or 415 when it isn't gRPC", async () => {
    const wrongVerb = await send(Buffer.alloc(0), { ":method": "GET" });
    expect([wrongVerb.httpStatus, wrongVerb.header.allow]).to.deep.equal([405, "POST"]);
    expect((await send(frame, { "content-type": "application/grpc+xml" })).httpStatus).to.equal(415);
    expect((await send(frame, { "content-type": "application/grpc-web+xml" })).httpStatus).to.equal(415);
  });

  it("does not include unusual but valid requests", async () => {
    const utf8Json = Buffer.from(json);
    for (const [body, headers] of [
      [frame, { "content-type": "application/grpc+proto", "grpc-timeout": "99999999H" }],
      [writeFrame(1, gzipSync(binary)), { "grpc-encoding": "gzip" }],
      [writeFrame(0, utf8Json), { "content-type": "application/grpc+json" }],
    ] as const) {
      const response = await send(body, headers);
      expect(response.trailer["grpc-status"]).to.equal("0");
      expect(response.body.readUInt32BE(1)).to.equal(response.body.length - 5);
      expect(fake.services.received.pop()).to.include({ phone: "675799743" });
    }
  });

  it("is refused in the trailer frame of gRPC-Web", async () => {
    for (const [path, status] of [
      [loginPath, 3],
      ["/waterbill.identity.v1.AuthService/Nothing", 12],
    ] as const) {
      const response = await fetch(fake.url + path, {
        method: "POST",
        body: Buffer.from("junk"),
        headers: { "content-type": "application/grpc-web+proto" },
      });
      const body = Buffer.from(await response.arrayBuffer());
      const trailers = body.indexOf(0x80);
      expect(response.headers.get("content-type")).to.equal("application/grpc-web+proto");
      expect(body.subarray(trailers + 5).toString()).to.include(`grpc-status: ${status}\r\n`);
    }
  });
});
