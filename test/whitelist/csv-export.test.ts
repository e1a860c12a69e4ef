import { expect } from "chai";
import { CSV_HEADER, csvRecord } from "../../src/whitelist/csv-export.js";
import { readCsvLines } from "../../src/whitelist/import/csv-lines.js";

const entry = (notes: string, isActive = true) => ({
  id: 1,
  phone: "+237670000001",
  addedBy: null,
  addedAt: new Date(0),
  notes,
  isActive,
});

describe("csvRecord", () => {
  it("writes phone, notes and state", () => {
    expect(csvRecord(entry("Client VIP", false))).to.equal("'+237670000001,Client VIP,false\r\n");
  });

  it("quotes a value with a delimiter, a quote or a line break", () => {
    expect(csvRecord(entry('a, b; "c"\nd'))).to.equal(`'+237670000001,"a, b; ""c""\nd",true\r\n`);
  });

  it("neutralises values that a spreadsheet would execute", () => {
    for (const notes of ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")', "＝1"]) {
      const cells = csvRecord(entry(notes)).trimEnd().split(",");
      for (const cell of cells) expect(cell.replace(/^"/, "")).not.to.match(/^[=+\-@\t\r＝]/);
    }
  });

  it("writes values that import reads back unchanged", async () => {
    const notes = ["=1+1", "'=1", "''x", "'", "-", "@x", "Résidence", 'a "b", c; d', "line\nbreak", "", "+1"];
    const file = CSV_HEADER + notes.map((text) => csvRecord(entry(text, text !== "-"))).join("");
    async function* pieces() {
      yield Buffer.from(file);
    }
    const read = [];
    for await (const lines of readCsvLines(pieces())) read.push(...lines);
    expect(read).to.deep.equal(
      notes.map((text, index) => ({
        line: index + 2,
        phone: "+237670000001",
        notes: text,
        isActive: text !== "-",
      })),
    );
  });
});
