import { expect } from "chai";
import {
  batchOf,
  errorResponse,
  isIdle,
  openingOf,
  READY_FOR_QUERY,
  ROLLBACK,
  SYNC,
} from "../../../src/db/embedded/wire-protocol.js";

/** A Parse message without name and parameters. */
const parse = Buffer.from("P\0\0\0\x0b\0SEL\0\0\0", "latin1");

describe("wire protocol", () => {
  it("extracts the messages that belong together", () => {
    const bytes = Buffer.concat([parse, SYNC, ROLLBACK]);
    expect(batchOf(bytes)).to.deep.equal({ length: parse.length + SYNC.length, end: "S" });
    expect(batchOf(bytes.subarray(parse.length + SYNC.length))).to.deep.equal({
      length: ROLLBACK.length,
      end: "Q",
    });
  });

  it("waits for the rest of a message, wherever the bytes are split", () => {
    const bytes = Buffer.concat([parse, SYNC]);
    for (let cut = 0; cut < bytes.length; cut++) expect(batchOf(bytes.subarray(0, cut))).to.equal(undefined);
  });

  it("handles an impossible length", () => {
    expect(batchOf(Buffer.from("S\xff\xff\xff\xff", "latin1"))).to.deep.equal({ length: 5, end: "S" });
  });

  it("reads the first message of a connection", () => {
    const opening = (code: number, length = 8) => {
      const bytes = Buffer.alloc(8);
      bytes.writeInt32BE(length, 0);
      bytes.writeInt32BE(code, 4);
      return bytes;
    };
    expect(openingOf(opening(196_608))).to.deep.equal({ length: 8, asks: "session" });
    expect(openingOf(opening(80_877_103))).to.deep.equal({ length: 8, asks: "encryption" });
    expect(openingOf(opening(80_877_102))).to.deep.equal({ length: 8, asks: undefined });
    expect(openingOf(opening(196_608, 20))).to.equal(undefined);
    expect(openingOf(Buffer.alloc(7))).to.equal(undefined);
  });

  it("recognises the end of a transaction", () => {
    const error = errorResponse("ERROR", "42601", "syntax error");
    const inTransaction = Buffer.concat([READY_FOR_QUERY.subarray(0, -1), Buffer.from("T")]);
    expect(isIdle(Buffer.concat([error, READY_FOR_QUERY]))).to.equal(true);
    expect(isIdle(Buffer.concat([error, inTransaction]))).to.equal(false);
    expect(isIdle(error)).to.equal(false);
    expect(isIdle(new Uint8Array(0))).to.equal(false);
  });
});
