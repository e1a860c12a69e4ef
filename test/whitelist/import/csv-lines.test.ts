import { expect } from "chai";
import { readCsvLines } from "../../../src/whitelist/import/csv-lines.js";
import type { RawLine } from "../../../src/whitelist/import/import-line.js";
import { rejectionReason } from "../../support/rejection.js";

/** The file in chunks of `size` bytes. */
async function* pieces(file: string | Uint8Array, size: number) {
  const bytes = Buffer.from(file as string);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function linesOf(file: string | Uint8Array, size = 1 << 16): Promise<RawLine[]> {
  const lines: RawLine[] = [];
  for await (const some of readCsvLines(pieces(file, size))) lines.push(...some);
  return lines;
}

/** `row phone|notes|state`, or the error. */
async function read(file: string | Uint8Array, size?: number): Promise<string[]> {
  return (await linesOf(file, size)).map((line) =>
    "error" in line
      ? `${line.line} ${line.phone} ${line.error.message}`
      : `${line.line} ${line.phone}|${line.notes}|${line.isActive}`,
  );
}

describe("readCsvLines", () => {
  it("reads phone, notes and state, in this order without a header", async () => {
    expect(await read("+237670000001,Client VIP,true\n237670000002,,false\n+237670000003\n")).to.deep.equal([
      "1 +237670000001|Client VIP|true",
      "2 237670000002||false",
      "3 +237670000003||true",
    ]);
  });

  it("reads columns by the names in the header, in French and English, and skips others", async () => {
    for (const header of ["Notes,Ville,Téléphone,Actif", "comment,city,PHONE NUMBER,is_active"]) {
      expect(await read(`${header}\nVIP,Douala,+237670000001,non\n`)).to.deep.equal([
        "2 +237670000001|VIP|false",
      ]);
    }
  });

  it("accepts comma, semicolon and tab, any line break, quotes, empty rows, and no final line break", async () => {
    const expected = ["1 +237670000001|a, b; c|true", '3 +237670000002|he said "no"|true'];
    for (const [delimiter, end] of [
      [",", "\n"],
      [";", "\r\n"],
      ["\t", "\r"],
    ]) {
      const file = [
        `+237670000001${delimiter}"a, b; c"`,
        `${delimiter} ${delimiter}`,
        `"+237670000002"${delimiter}"he said ""no"""`,
      ].join(end);
      expect(await read(file)).to.deep.equal(expected);
      expect(await read(file + end)).to.deep.equal(expected);
    }
  });

  it("reads the same for any division into chunks", async () => {
    const file = '\ufefftéléphone;notes\r\n670 00 00 01;"Résidence\r\nl\'Étoile 🏠"\r\n670000002;\r\n';
    const whole = await read(file);
    expect(whole).to.deep.equal(["2 670 00 00 01|Résidence\r\nl'Étoile 🏠|true", "3 670000002||true"]);
    for (const size of [1, 2, 3, 5, 7]) expect(await read(file, size)).to.deep.equal(whole);
  });

  it("reads Latin-1, Windows-1252 and UTF-16, as spreadsheets write them", async () => {
    const text = "téléphone;notes\n+237670000001;Résidence\n";
    const expected = ["2 +237670000001|Résidence|true"];
    const swapped = Buffer.from(`\ufeff${text}`, "utf16le").swap16();
    for (const bytes of [
      Buffer.from(text, "latin1"),
      Buffer.concat([Buffer.from("\ufeff"), Buffer.from(text, "latin1")]),
      Buffer.from(`\ufeff${text}`, "utf16le"),
      swapped,
    ]) {
      for (const size of [1, 1 << 16]) expect(await read(bytes, size)).to.deep.equal(expected);
    }
    expect(await read(Buffer.from([0x31, 0x2c, 0x80]))).to.deep.equal(["1 1|€|true"]);
  });

  it("accepts numbers in the forms of spreadsheets", async () => {
    expect(await read('="+237670000001"\n\'+237670000002\n237670000003.0\n 670 00 00 04 \n')).to.deep.equal([
      "1 +237670000001||true",
      "2 +237670000002||true",
      "3 237670000003||true",
      "4 670 00 00 04||true",
    ]);
  });

  it("accepts the words for true and false", async () => {
    const words = ["true", "1", "YES", "Oui", "VRAI", "", "false", "0", "no", "Non", "FAUX"];
    const file = words.map((word) => `+237670000001,,${word}`).join("\n");
    const states = (await linesOf(file)).map((line) => "isActive" in line && line.isActive);
    expect(states).to.deep.equal(words.map((_, index) => index < 6));
  });

  it("refuses a line with an unknown state or too many columns", async () => {
    expect(
      await read("+237670000001,,maybe\n+237670000002,a,true,b\n+237670000003,a,true,,\n"),
    ).to.deep.equal([
      "1 +237670000001 INVALID_REQUEST",
      "2 +237670000002 INVALID_REQUEST",
      "3 +237670000003|a|true",
    ]);
  });

  it("stops at an unclosed quote, after the lines before it", async () => {
    const good = "+237670000001,a\n+237670000002,b\n";
    expect(await read(`${good}"+237670000003,c\n+237670000004,d\n`)).to.deep.equal([
      "1 +237670000001|a|true",
      "2 +237670000002|b|true",
      "3  INVALID_REQUEST",
    ]);
    const endless = `${good}"${"x".repeat(100_000)}`;
    expect(await read(endless)).to.have.length(3);
    expect(await read(endless, 1000)).to.have.length(3);
  });

  it("accepts quotes inside an unquoted field", async () => {
    expect(await read('+237670000001,Jean "Jo" Doe\n')).to.deep.equal(['1 +237670000001|Jean "Jo" Doe|true']);
  });

  it("refuses an empty file and one that is not text, and finds no line after a lone header", async () => {
    for (const file of ["", "\ufeff", "\r\n\r\n", ";;;\n"]) {
      expect(await rejectionReason(linesOf(file)), JSON.stringify(file)).to.equal("INVALID_REQUEST");
    }
    expect(await read("phone,notes\n")).to.deep.equal([]);
    expect(await rejectionReason(linesOf("PK\u0003\u0004\0\0"))).to.equal("INVALID_REQUEST");
  });
});
