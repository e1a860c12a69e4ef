import { expect } from "chai";
import { csvCell } from "../../src/whitelist/csv-cell.js";
import { encodeFile, exportCsv, parseCsvFormat } from "../../src/whitelist/csv-export.js";
import { readCsvLines } from "../../src/whitelist/import/csv-lines.js";
import type { RawLine } from "../../src/whitelist/import/import-line.js";
import { allRecords, type EntrySelection } from "../../src/whitelist/list-entries.js";
import { createWhitelistLists } from "../../src/whitelist/whitelist-lists.js";
import { useTestDatabase } from "../support/database.js";
import { rejectionReason } from "../support/rejection.js";
import { seededTexts } from "../support/seeded-texts.js";

const DELIMITERS = [",", ";", "\t"];

/** The number of each entry, from 0 on. */
const phoneOf = (index: number) => `+2376${String(70_000_001 + index)}`;
const phone = phoneOf(0);
const entry = (notes: string, isActive = true) => ({ notes, isActive });

const everything: EntrySelection = {
  isActive: null,
  search: "",
  addedBy: "",
  addedAfter: null,
  addedBefore: null,
  orderBy: "",
};

async function* batchesOf(...batches: string[]) {
  yield* batches;
}

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const value of values) list.push(value);
  return list;
}

const base = useTestDatabase();

const run = (text: string, values: readonly unknown[] = []) =>
  base.database.run<Record<string, unknown>>(null, { name: "test", text, isAdHoc: true }, values);

/** Replaces the whitelist. All entries have the same time. */
async function store(entries: readonly ReturnType<typeof entry>[]): Promise<void> {
  await run("TRUNCATE whitelist_entries");
  await run(
    `INSERT INTO whitelist_entries (phone, notes, is_active, added_at)
     SELECT phone, notes, is_active, '2020-01-01 00:00:00.123456Z'
     FROM unnest($1::text[], $2::text[], $3::boolean[]) AS entry (phone, notes, is_active)`,
    [
      entries.map((_, index) => phoneOf(index)),
      entries.map(({ notes }) => notes),
      entries.map(({ isActive }) => isActive),
    ],
  );
}

function recordBatches(orderBy: string, delimiter = ","): AsyncGenerator<string> {
  const deps = {
    whitelistLists: createWhitelistLists(base.database),
    phoneRules: { policy: "length", defaultRegion: undefined } as const,
  };
  return allRecords(deps, { ...everything, orderBy }, delimiter);
}

async function fileOf(entries: ReturnType<typeof entry>[], options = {}): Promise<string> {
  await store(entries);
  const format = parseCsvFormat(options);
  return (await all(exportCsv(recordBatches("phone", format.delimiter), format))).join("");
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
    const format = parseCsvFormat({});
    const header = "\ufeffphone,notes,is_active\r\n";
    expect(await all(exportCsv(batchesOf("a", "b", ""), format))).to.deep.equal([`${header}a`, "b"]);
    expect(await all(exportCsv(batchesOf(""), format))).to.deep.equal([header]);
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
      notes.map((text, index) => ({
        line: index + 2,
        phone: phoneOf(index),
        notes: text,
        isActive: text !== "-",
      })),
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

  it("yields pieces of at most 1 MiB", async () => {
    const text = "é'x".repeat(700_000);
    const pieces = await all(encodeFile(batchesOf(text, "", "z")));
    expect(pieces.map(({ byteLength }) => byteLength)).to.deep.equal([2 ** 20, 2 ** 20, 702_848, 1]);
    expect(Buffer.concat(pieces).toString()).to.equal(`${text}z`);
  });
});

describe("allRecords", () => {
  const notesOf = (records: readonly string[]) =>
    records
      .join("")
      .split("\r\n")
      .map((record) => record.split(",")[1]);

  it("yields every entry once, in any order, a page at a time", async () => {
    // One page less an entry, one page, two, and more.
    for (const count of [0, 1999, 2000, 2001, 4000]) {
      await store(Array.from({ length: count }, (_, index) => entry(String(index))));
      const numbers = Array.from({ length: count }, (_, index) => String(index));
      for (const orderBy of ["phone", "phone desc", "added_at", "added_at desc"]) {
        base.statements.length = 0;
        const batches = await all(recordBatches(orderBy));
        const expected = orderBy.endsWith(" desc") ? numbers.toReversed() : numbers;
        expect(notesOf(batches), `${count} by ${orderBy}`).to.deep.equal([...expected, undefined]);
        expect(base.statements).to.have.length(Math.floor(count / 2000) + 1);
      }
    }
  });

  it("reads a page when the one before was taken, and goes on behind it while entries come and go", async () => {
    await store(Array.from({ length: 3000 }, (_, index) => entry(String(index))));
    const batches = recordBatches("phone");
    base.statements.length = 0;
    const first = await batches.next();
    expect(base.statements).to.have.length(1);
    // The last entry of the page, the first one of the next, and one in front of both.
    await run("DELETE FROM whitelist_entries WHERE phone = ANY($1)", [[phoneOf(1999), phoneOf(2000)]]);
    await run("INSERT INTO whitelist_entries (phone, added_at) VALUES ('+237600000000', now())");
    base.statements.length = 0;
    const rest = await all(batches);
    expect(base.statements).to.have.length(1);
    expect(notesOf([first.value ?? ""])).to.have.length(2001);
    expect(notesOf(rest)).to.deep.equal([
      ...Array.from({ length: 999 }, (_, index) => String(2001 + index)),
      undefined,
    ]);
  });
});

describe("csvCell", () => {
  /** What must not begin a cell, in Unicode's own terms. */
  const unsafe = /(?<=^|[,;\t\r\n])(?=['\t\r]|[\p{Z}\p{Cf}"]*[=+\-@＝＋－＠])/gu;

  function referenceCell(value: string): string {
    const cell = value.replace(unsafe, "'");
    return /[",;\t\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
  }

  async function expectAsReference(values: readonly string[]): Promise<void> {
    const text = `SELECT ${csvCell("given.value")} AS cell FROM unnest($1::text[]) WITH ORDINALITY AS given (value, place)
      ORDER BY place`;
    const rows = await run(text, [values]);
    const different = values.flatMap((value, index) => {
      const [cell, expected] = [rows[index]?.cell, referenceCell(value)];
      return cell === expected ? [] : [{ value, cell, expected }];
    });
    expect(different.slice(0, 3)).to.deep.equal([]);
  }

  it("quotes and protects as the reference does, before, after and between all hostile pieces", async () => {
    await expectAsReference(
      HOSTILE_PIECES.flatMap((a) => HOSTILE_PIECES.flatMap((b) => HOSTILE_PIECES.map((c) => a + b + c))),
    );
    await expectAsReference(seededTexts(HOSTILE_PIECES, { count: 20_000, maxPieces: 30, seed: 3 }));
  });

  it("knows every character of the categories that spreadsheets drop, and no others", async () => {
    const characters = Array.from({ length: 0x11_0000 }, (_, code) => code)
      .filter((code) => code > 0 && (code < 0xd800 || code > 0xdfff))
      .map((code) => String.fromCodePoint(code));
    const dropped = characters.filter((character) => /[\p{Z}\p{Cf}]/u.test(character));
    expect(dropped).to.have.length.above(150);
    const around = dropped.flatMap((character) => {
      const code = character.codePointAt(0)!;
      return [code - 1, code, code + 1].map((near) => `${String.fromCodePoint(near)}=1`);
    });
    await expectAsReference(around);
    await expectAsReference(characters.filter((_, index) => index % 101 === 0).map((each) => `${each}=1`));
  });

  it("formats the longest notes, of whatever they consist", async () => {
    await expectAsReference(
      [...HOSTILE_PIECES, ";=", '";"=', "\ud83c\udfe0", "\u{e0041}="].map((piece) =>
        piece.repeat(1000 / piece.length),
      ),
    );
  });
});
