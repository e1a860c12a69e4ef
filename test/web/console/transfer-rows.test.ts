import { expect } from "chai";
import { csvCell, unprotectCell } from "../../../src/web/console/pages/transfer/csv-cell.js";
import { readCsvRows } from "../../../src/web/console/pages/transfer/csv-rows.js";
import { refusedLines } from "../../../src/web/console/pages/transfer/refused-lines.js";
import { unprotectCell as unprotectInService } from "../../../src/whitelist/csv-cell.js";
import { readCsvRecords } from "../../../src/whitelist/import/csv-records.js";
import { type SeededRandom, seededRandom } from "../../support/seeded-random.js";

/** What makes rows hard to read. */
const PIECES = [
  ...[
    '"',
    '"',
    '""',
    ",",
    ";",
    "\t",
    "\r\n",
    "\n",
    "\r",
    "a",
    " ",
    "é",
    "😀",
    "'",
    "=",
    "+237",
    "＝",
    "\u200b",
  ],
  "x".repeat(6000),
];

function naughtyText(random: SeededRandom): string {
  return Array.from({ length: 1 + random.integer(30) }, () => random.pick(PIECES)).join("");
}

/** Cuts between characters, as decoders of text do. */
function cut(text: string, random: SeededRandom): string[] {
  const characters = [...text];
  const pieces: string[] = [];
  while (characters.length > 0) {
    pieces.push(characters.splice(0, 1 + random.integer(random.once(2) ? 5 : 5000)).join(""));
  }
  return pieces;
}

async function* stream(pieces: readonly string[]): AsyncGenerator<string> {
  yield* pieces;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe("how the console reads the rows of an imported file", () => {
  it("agrees with the service on every row of naughty files, however they arrive", async () => {
    const random = seededRandom("rows");
    let unreadable = 0;
    for (let run = 0; run < 2000; run += 1) {
      const pieces = cut(naughtyText(random), random);
      const expected = (await all(readCsvRecords(stream(pieces)))).flat();
      expect(await all(readCsvRows(stream(pieces))), JSON.stringify(pieces)).to.deep.equal(expected);
      if (expected.at(-1) === null) unreadable += 1;
    }
    expect(unreadable).to.be.within(100, 1900);
  });

  it("protects cells so that the service gets back what they say", () => {
    const random = seededRandom("cells");
    for (let run = 0; run < 5000; run += 1) {
      const value = [...naughtyText(random)].slice(0, 40).join("");
      const written = csvCell(value);
      const read = written.startsWith('"') ? written.slice(1, -1).replaceAll('""', '"') : written;
      expect(unprotectInService(read), JSON.stringify(value)).to.equal(value);
      expect(unprotectCell(read), JSON.stringify(value)).to.equal(value);
      expect(unprotectCell(value), JSON.stringify(value)).to.equal(unprotectInService(value));
    }
  });
});

describe("the file of refused lines", () => {
  const names = { line: "Ligne", reason: "Motif" };
  const refusedOf = (text: string, lineCount: number, lines: readonly number[]) =>
    refusedLines({
      texts: stream([text]),
      lineCount,
      refusals: lines.map((line) => ({ line, phone: `phone ${line}`, message: `bad; line ${line}` })),
      names,
    });

  it("has the header, the delimiter and the cells of the original", async () => {
    const text = 'Téléphone;Remarque;Ville\r\n\r\n675;"a ""b""\n=1";Douala\r\n+237670000001\r\n\'=x;;\r\n';
    expect(await refusedOf(text, 3, [3, 5])).to.equal(
      "\ufeffTéléphone;Remarque;Ville;Motif\r\n" +
        '675;"a ""b""\n\'=1";Douala;"bad; line 3"\r\n' +
        '\'=x;;;"bad; line 5"\r\n',
    );
  });

  it("names the columns of a file without a header, and keeps cells that are too many", async () => {
    const text = "675,note,true\n+237670000001,a,b,c,d\n=1+1";
    expect(await refusedOf(text, 3, [1, 2, 3])).to.equal(
      "\ufeffphone,notes,is_active,,,Motif\r\n" +
        '675,note,true,,,"bad; line 1"\r\n\'+237670000001,a,b,c,d,"bad; line 2"\r\n\'=1+1,,,,,"bad; line 3"\r\n',
    );
  });

  it("has what the service reports if the file is another one by now", async () => {
    const text = "phone\n675\n676\n677\n";
    expect(await refusedOf(text, 1, [2])).to.equal('\ufeffphone,Ligne,Motif\r\nphone 2,2,"bad; line 2"\r\n');
  });
});
