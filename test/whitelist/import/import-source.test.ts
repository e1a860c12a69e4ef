import { expect } from "chai";
import type { RawLine } from "../../../src/whitelist/import/import-line.js";
import { type ImportMessage, openImportSource } from "../../../src/whitelist/import/import-source.js";
import { rejection, rejectionReason } from "../../support/rejection.js";

const message = (fields: Partial<ImportMessage>): ImportMessage => ({
  dryRun: false,
  allOrNothing: false,
  entries: [],
  csv: new Uint8Array(),
  ...fields,
});
const entry = (phone: string) => message({ entries: [{ phone, notes: "" }] });
const csv = (text: string) => message({ csv: Buffer.from(text) });

/** A client's stream of messages; `error` breaks it off at the end. */
function streamOf(messages: readonly ImportMessage[], error?: Error) {
  const stream = { isClosed: false, messages: send() };
  async function* send() {
    try {
      yield* messages;
      if (error) throw error;
    } finally {
      stream.isClosed = true;
    }
  }
  return stream;
}

async function linesOf(messages: AsyncIterable<ImportMessage>): Promise<RawLine[]> {
  const lines: RawLine[] = [];
  const source = await openImportSource(messages);
  for await (const batch of source.lines) lines.push(...batch);
  return lines;
}

describe("openImportSource", () => {
  it("reads the options from the first message only", async () => {
    const { messages } = streamOf([message({ dryRun: true }), message({ allOrNothing: true }), entry("1")]);
    expect(await openImportSource(messages)).to.include({ dryRun: true, allOrNothing: false });
  });

  it("numbers entries across messages", async () => {
    const inactive = message({ entries: [{ phone: "3", notes: "x", isActive: false }] });
    const { messages } = streamOf([message({}), entry("1"), message({}), entry("2"), inactive]);
    expect(await linesOf(messages)).to.deep.equal([
      { line: 1, phone: "1", notes: "", isActive: true },
      { line: 2, phone: "2", notes: "", isActive: true },
      { line: 3, phone: "3", notes: "x", isActive: false },
    ]);
  });

  it("joins the chunks of a CSV file", async () => {
    const { messages } = streamOf([message({}), csv("phone,notes\n12"), message({}), csv("3,x\n")]);
    expect(await linesOf(messages)).to.deep.equal([{ line: 2, phone: "123", notes: "x", isActive: true }]);
  });

  it("refuses a mixture of entries and CSV, in one message or several, and closes the stream", async () => {
    for (const mixture of [
      [{ ...entry("1"), csv: Buffer.from("2") }],
      [entry("1"), csv("2")],
      [csv("1"), entry("2")],
    ]) {
      const stream = streamOf([...mixture, entry("3")]);
      expect(await rejectionReason(linesOf(stream.messages))).to.equal("INVALID_REQUEST");
      expect(stream.isClosed).to.equal(true);
    }
  });

  it("refuses a stream without lines", async () => {
    for (const messages of [[], [message({ dryRun: true }), message({})]]) {
      expect(await rejectionReason(linesOf(streamOf(messages).messages))).to.equal("INVALID_REQUEST");
    }
  });

  it("closes the stream when the lines are not read to the end", async () => {
    for (const first of [entry("1"), csv("1,\n2,\n")]) {
      const stream = streamOf([first, first, first]);
      const { lines } = await openImportSource(stream.messages);
      for await (const _ of lines) break;
      expect(stream.isClosed).to.equal(true);
    }
  });

  it("fails with the stream's error, before the first line and after it", async () => {
    const error = new Error("connection lost");
    expect(await rejection(linesOf(streamOf([message({})], error).messages))).to.equal(error);
    expect(await rejection(linesOf(streamOf([entry("1")], error).messages))).to.equal(error);
    expect(await rejection(linesOf(streamOf([csv("1,\n")], error).messages))).to.equal(error);
  });
});
