import { expect } from "chai";
import { exportCsv, parseCsvFormat } from "../../src/whitelist/csv-export.js";
import { readCsvLines } from "../../src/whitelist/import/csv-lines.js";
import type { RawLine } from "../../src/whitelist/import/import-line.js";
import { rejectionReason } from "../support/rejection.js";
import { seededTexts } from "../support/seeded-texts.js";

const DELIMITERS = [",", ";", "\t"];

const phone = "+237670000001";
const entry = (notes: string, isActive = true) => ({
  id: 1,
  phone,
  addedBy: null,
  addedAt: new Date(0),
  notes,
  isActive,
});

async function* batchesOf(...batches: ReturnType<typeof entry>[][]) {
  yield* batches;
}

async function fileOf(entries: ReturnType<typeof entry>[], format = {}): Promise<string> {
  const chunks: string[] = [];
  for await (const chunk of exportCsv(batchesOf(entries), parseCsvFormat(format))) chunks.push(chunk);
  return chunks.join("");
}

/** The file without its header. */
async function recordsOf(notes: readonly string[], format = {}): Promise<string> {
  const file = await fileOf(
    notes.map((text) => entry(text)),
    format,
  );
  return file.slice(file.indexOf("\r\n") + 2);
}

async function importOf(file: string): Promise<RawLine[]> {
  async function* pieces() {
    yield Buffer.from(file);
  }
  const lines: RawLine[] = [];
  for await (const some of readCsvLines(pieces())) lines.push(...some);
  return lines;
}

/** The cells of a program that splits at every delimiter and line break and knows no quotes. */
const plainCells = (file: string, delimiter: string) =>
  file.split(/\r\n|[\r\n]/).flatMap((line) => line.split(delimiter));

/**
 * The cells of a spreadsheet: a quote at the beginning of a cell opens a text that may contain delimiters and ends at
 * the next single quote; what follows it up to the delimiter is appended. Other quotes are text.
 */
function spreadsheetCells(file: string, delimiter: string): string[] {
  const cell = new RegExp(
    `(?:"((?:[^"]|"")*)(?:"|$))?([^${delimiter}\r\n]*)(${delimiter}|\r\n|[\r\n]|$)`,
    "g",
  );
  return Array.from(file.matchAll(cell), ([, quoted = "", rest]) => quoted.replaceAll('""', '"') + rest);
}

/** A formula at the beginning of a cell, or after what a spreadsheet may drop there. */
const FORMULA = /^[\s\p{Cf}"]*[=+\-@＝＋－＠]/u;

/** The cells that some spreadsheet would execute, whatever delimiter it expects. */
function executedCells(file: string): string[] {
  return DELIMITERS.flatMap((delimiter) => [
    ...plainCells(file, delimiter).filter((cell) => FORMULA.test(cell) || /^[\t\r]/.test(cell)),
    ...spreadsheetCells(file, delimiter).filter((cell) => FORMULA.test(cell)),
  ]);
}

/** Everything that a file, a spreadsheet or the import gives a meaning. */
const HOSTILE_PIECES = [
  ..."=+-@'\"\t\r\n,; ＝＋－＠\u00a0\u200b\u2028a1é",
  ...["\r\n", '""', ";=cmd|' /C calc'!A0", "🏠"],
];

describe("exportCsv", () => {
  it("writes phone, notes and state", async () => {
    const file = await fileOf([entry("Client VIP", false)]);
    expect(file).to.equal("\ufeffphone,notes,is_active\r\n'+237670000001,Client VIP,false\r\n");
  });

  it("quotes a value with a delimiter, a quote or a line break", async () => {
    expect(await recordsOf(['a, b; "c"\nd'])).to.equal(`'+237670000001,"a, b; ""c""\nd",true\r\n`);
  });

  it("writes the delimiter and the byte order mark that the format asks for", async () => {
    for (const delimiter of DELIMITERS) {
      const header = ["phone", "notes", "is_active"].join(delimiter);
      const record = [`'${phone}`, '"a,b;c\td"', "true"].join(delimiter);
      expect(await fileOf([entry("a,b;c\td")], { delimiter, bom: false })).to.equal(
        `${header}\r\n${record}\r\n`,
      );
      expect(await fileOf([], { delimiter })).to.equal(`\ufeff${header}\r\n`);
    }
    expect(await fileOf([], { delimiter: "" })).to.equal("\ufeffphone,notes,is_active\r\n");
  });

  it("refuses any other delimiter", async () => {
    for (const delimiter of ["|", ";;", " ", "tab", '"', "'"]) {
      expect(await rejectionReason(fileOf([], { delimiter })), delimiter).to.equal("INVALID_REQUEST");
    }
  });

  it("yields nothing before the first entries, and the header once", async () => {
    const chunks: string[] = [];
    const batches = batchesOf([entry("a")], [entry("b")]);
    for await (const chunk of exportCsv(batches, parseCsvFormat({}))) chunks.push(chunk);
    expect(chunks).to.deep.equal([
      `\ufeffphone,notes,is_active\r\n'${phone},a,true\r\n`,
      `'${phone},b,true\r\n`,
    ]);
    async function* failing() {
      yield* batchesOf();
      throw new Error("unreachable");
    }
    const failed: string[] = [];
    const reading = async () => {
      for await (const chunk of exportCsv(failing(), parseCsvFormat({}))) failed.push(chunk);
    };
    await reading().catch(() => undefined);
    expect(failed).to.deep.equal([]);
  });

  it("neutralises values that a spreadsheet would execute", async () => {
    for (const notes of [
      "=1+1",
      "+1",
      "-1",
      "@SUM(A1)",
      "\t=1",
      "\r=1",
      '=HYPERLINK("http://x")',
      "＝1",
      ' "=1',
    ]) {
      expect(executedCells(await recordsOf([notes])), notes).to.deep.equal([]);
    }
  });

  it("neutralises what a spreadsheet with another delimiter would execute", async () => {
    const formula = "=cmd|' /C calc'!A0";
    for (const between of [";", ",", "\t", "\n", "\r\n", "; ", ';"', ';""', ";\u00a0", ";;", ";\t"]) {
      const notes = `Dupont${between}${formula}`;
      for (const delimiter of DELIMITERS) {
        const file = await recordsOf([notes], { delimiter });
        expect(executedCells(file), JSON.stringify(file)).to.deep.equal([]);
        expect(await importOf(file)).to.have.nested.property("[0].notes", notes);
      }
    }
    expect(await recordsOf([`Dupont;${formula}`])).to.equal(`'${phone},"Dupont;'${formula}",true\r\n`);
  });

  it("leaves other text as it is", async () => {
    for (const notes of [
      "L'Étoile, bloc B; l'entrée 'nord'",
      "Bonjour,\nmerci\n\nà bientôt",
      "1-2 = -1",
      "a,b;c",
    ]) {
      expect(await recordsOf([notes])).to.include(notes);
    }
  });

  it("writes values that import reads back unchanged", async () => {
    const notes = ["=1+1", "'=1", "''x", "'", "-", "@x", "Résidence", 'a "b", c; d', "line\nbreak", "", "+1"];
    const lines = await importOf(await fileOf(notes.map((text) => entry(text, text !== "-"))));
    expect(lines).to.deep.equal(
      notes.map((text, index) => ({ line: index + 2, phone, notes: text, isActive: text !== "-" })),
    );
  });

  it("writes hostile values safely, with any delimiter, and reads them again", async () => {
    const notes = seededTexts(HOSTILE_PIECES, { count: 1000, maxPieces: 12, seed: 8 });
    expect(executedCells(notes.join("\r\n"))).not.to.have.length(0);
    for (const delimiter of DELIMITERS) {
      const file = await fileOf(
        notes.map((text) => entry(text)),
        { delimiter },
      );
      expect(executedCells(file)).to.deep.equal([]);
      const lines = await importOf(file);
      expect(lines.map((line) => "notes" in line && line.notes)).to.deep.equal(notes);
    }
  });
});
