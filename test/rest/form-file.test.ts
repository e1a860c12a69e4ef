import { expect } from "chai";
import { ImportWhitelistEntriesRequestSchema } from "#gen/waterbill/identity/v1/whitelist_service_pb.js";
import { DomainError } from "../../src/errors.js";
import { localize } from "../../src/messages/catalogue.js";
import { readFormFile } from "../../src/rest/form-file.js";
import { rejection } from "../support/rejection.js";
import { seededTexts } from "../support/seeded-texts.js";

const FORM = "multipart/form-data; boundary=b";

const UNREADABLE = "The multipart form cannot be read: it is incomplete or malformed.";

/** A part of a form, from its header lines and its content. */
const part = (header: string, content: string) => `--b\r\n${header}\r\n\r\n${content}\r\n`;
const disposition = (parameters: string) => `Content-Disposition: form-data; ${parameters}`;
const filePart = (content: string, more = "") =>
  part(`${disposition('name="numbers"; filename="n.csv"')}\r\nContent-Type: text/csv${more}`, content);
const field = (name: string, value = "") => part(disposition(`name="${name}"`), value);
const formOf = (...parts: string[]) => `${parts.join("")}--b--\r\n`;

/** The file of a form that arrives in chunks of `size` bytes. */
async function fileOf(form: string, { type = FORM, size = 1 << 16 } = {}): Promise<string> {
  const bytes = Buffer.from(form);
  async function* body() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  const pieces: Buffer[] = [];
  for await (const piece of readFormFile(type, body(), ImportWhitelistEntriesRequestSchema, "csv")) {
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

/** Why a form is refused: its field, if it names one, and the English message. */
async function refusalOf(file: Promise<string>): Promise<string> {
  const error = await rejection(file);
  if (!(error instanceof DomainError)) throw error;
  expect(error.reason).to.equal("INVALID_REQUEST");
  const [violation] = error.fields;
  const message = localize("en", violation?.message ?? error.localizedMessage);
  return violation ? `${violation.field}: ${message}` : message;
}

describe("readFormFile", () => {
  it("yields the part with a file name, whatever its name, however the body is divided", async () => {
    const file = `+237670000001,"a\r\n--a"\r\n${"é".repeat(1000)}`;
    const form = formOf(field("token", "x"), filePart(file), field("submit", "Import"));
    for (const size of [1, 3, 50, 1 << 16]) expect(await fileOf(form, { size })).to.equal(file);
  });

  it("yields the part named file, or as the field that takes the file, without a file name", async () => {
    for (const name of ["file", "csv"]) expect(await fileOf(formOf(field(name, "1,a")))).to.equal("1,a");
  });

  it("accepts a quoted boundary, text before and after the form, and an encoding that changes nothing", async () => {
    const form = `preamble\r\n${formOf(filePart("1,a", "\r\nContent-Transfer-Encoding: BINARY"))}epilogue`;
    for (const type of [
      'multipart/form-data; boundary="b"',
      "Multipart/Form-Data;charset=utf-8;boundary=b",
    ]) {
      for (const size of [1, 1 << 16]) expect(await fileOf(form, { type, size })).to.equal("1,a");
    }
  });

  it("yields a large file completely", async () => {
    const file = "+237670000001,a\r\n".repeat(200_000);
    expect(await fileOf(formOf(filePart(file)))).to.equal(file);
  });

  it("refuses a form without a file, also one in which no file was chosen", async () => {
    const unchosen = part(`${disposition('name="file"; filename=""')}\r\nContent-Type: text/csv`, "");
    for (const form of [formOf(field("a", "1")), formOf(unchosen), formOf(), "--b--"]) {
      expect(await refusalOf(fileOf(form)), form).to.equal("csv: The form has no file.");
    }
  });

  it("refuses a second file", async () => {
    for (const second of [filePart("2,b"), field("file", "2,b")]) {
      const form = formOf(filePart("1,a"), second);
      for (const size of [1, 1 << 16]) {
        expect(await refusalOf(fileOf(form, { size }))).to.equal(
          "csv: The form has several files. Import them one by one.",
        );
      }
    }
  });

  it("refuses a file in a Content-Transfer-Encoding", async () => {
    const form = formOf(filePart("MSxh", "\r\nContent-Transfer-Encoding: base64"));
    expect(await refusalOf(fileOf(form))).to.equal(
      "csv: The form's file is encoded (Content-Transfer-Encoding). Send it without an encoding.",
    );
  });

  it("refuses an option of the method, which belongs in the query", async () => {
    for (const name of ["dry_run", "dryRun", "all_or_nothing"]) {
      expect(await refusalOf(fileOf(formOf(field(name, "true"), filePart("1,a"))))).to.equal(
        `${name}: This field belongs in the URL, not in the form.`,
      );
    }
  });

  it("refuses a form without a boundary, or with one that is too long", async () => {
    for (const type of ["multipart/form-data", `multipart/form-data; boundary=${"b".repeat(1000)}`]) {
      expect(await refusalOf(fileOf(formOf(filePart("1,a")), { type }))).to.equal(UNREADABLE);
    }
  });

  it("refuses a form that is cut off, wherever it is", async () => {
    const form = formOf(field("a", "1"), filePart("1,a"));
    for (let length = 0; length < form.indexOf("--b--") + 5; length += 1) {
      expect(await refusalOf(fileOf(form.slice(0, length))), String(length)).to.equal(UNREADABLE);
    }
  });

  it("refuses endless header lines and endless parts", async () => {
    const header = part(`X: ${"x".repeat(1_000_000)}\r\n${disposition('name="file"; filename="n"')}`, "1,a");
    expect(await refusalOf(fileOf(formOf(header)))).to.equal("csv: The form has no file.");
    const lines = part(`${"X: x\r\n".repeat(1000)}${disposition('name="file"; filename="n"')}`, "1,a");
    expect(await refusalOf(fileOf(formOf(lines)))).to.equal("csv: The form has no file.");
    expect(await refusalOf(fileOf(formOf(...Array(101).fill(field("a")))))).to.equal(UNREADABLE);
  });

  it("ends every malformed form with a file or a refusal", async () => {
    const pieces = [
      ...["--b", "--b--", "\r\n--b\r\n", "\r\n--b--\r\n", "\r\n", "\r\n\r\n", "-", "\n", "\0", "é", ";", '"'],
      ...["Content-Disposition: form-data", '; name="file"', '; filename="a"', "; filename*=UTF-8''%00"],
      ...["; name=dry_run", "Content-Type: a; charset=x", "Content-Transfer-Encoding: base64", ":", "1,a"],
    ];
    for (const form of seededTexts(pieces, { count: 200, maxPieces: 14, seed: 8 })) {
      for (const size of [5, 1 << 16]) {
        const ended = await fileOf(form, { size }).catch((error: unknown) => error);
        if (typeof ended !== "string") expect(ended, form).to.have.property("reason", "INVALID_REQUEST");
      }
    }
  });
});
