import { gzipSync } from "node:zlib";
import { expect } from "chai";
import { RequestError } from "../../src/http/request-error.js";
import { readFrame, writeFrame } from "../../src/rpc/grpc-protocol.js";

const hello = Buffer.from("hello");

describe("grpc frame", () => {
  it("has a flag byte and a length before the payload", () => {
    expect([...writeFrame(1, hello)]).to.deep.equal([1, 0, 0, 0, 5, ...hello]);
  });

  it("is read back as it was written", () => {
    expect(readFrame(writeFrame(0, hello), undefined)).to.deep.equal(hello);
    expect(readFrame(writeFrame(0, Buffer.alloc(0)), "gzip")).to.deep.equal(Buffer.alloc(0));
    expect(readFrame(writeFrame(1, gzipSync(hello)), "gzip")).to.deep.equal(hello);
  });

  const wrong: Record<string, [Buffer, string | undefined]> = {
    "an empty body": [Buffer.alloc(0), undefined],
    "half a header": [Buffer.from([0, 0]), undefined],
    "a payload that is too short": [writeFrame(0, hello).subarray(0, 8), undefined],
    "two messages": [Buffer.concat([writeFrame(0, hello), writeFrame(0, hello)]), undefined],
    "an unknown flag": [writeFrame(2, hello), "gzip"],
    "a compressed message without an encoding": [writeFrame(1, gzipSync(hello)), undefined],
    "a message that isn't compressed as declared": [writeFrame(1, hello), "gzip"],
    "a truncated compression": [writeFrame(1, gzipSync(hello).subarray(0, 12)), "gzip"],
    "an unknown encoding": [writeFrame(1, hello), "br"],
    "a gzip bomb": [writeFrame(1, gzipSync(Buffer.alloc(10_000_000))), "gzip"],
  };
  for (const [name, [body, encoding]] of Object.entries(wrong)) {
    it(`refuses ${name}`, () => {
      expect(() => readFrame(body, encoding)).to.throw(RequestError);
    });
  }
});
