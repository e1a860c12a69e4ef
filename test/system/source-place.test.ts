import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { sourcePlace } from "../../src/system/source-place.js";

describe("sourcePlace", () => {
  const folder = mkdtempSync(join(tmpdir(), "waterbill-map-"));
  after(() => rmSync(folder, { recursive: true }));

  /** A built file with this map. */
  function fileWith(name: string, map: string): string {
    writeFileSync(join(folder, `${name}.map`), map);
    return join(folder, name);
  }

  it("finds the segment that holds a place, in lines and columns from 1", () => {
    // Line 1 is empty. Line 2: column 1 is a.ts 1:1, column 5 is b.ts 17:3. Line 3: column 17 is a.ts 2:3.
    const mappings = ";AAAA,ICgBE;gBDfA";
    const file = fileWith("a.js", JSON.stringify({ version: 3, sources: ["a.ts", "lib/b.ts"], mappings }));
    const placeOf = (line: number, column: number) => sourcePlace({ file, line, column });
    expect(placeOf(2, 1)).to.deep.equal({ file: join(folder, "a.ts"), line: 1, column: 1 });
    expect(placeOf(2, 4)).to.deep.equal({ file: join(folder, "a.ts"), line: 1, column: 1 });
    expect(placeOf(2, 5)).to.deep.equal({ file: join(folder, "lib/b.ts"), line: 17, column: 3 });
    expect(placeOf(2, 500)).to.deep.equal({ file: join(folder, "lib/b.ts"), line: 17, column: 3 });
    expect(placeOf(3, 20)).to.deep.equal({ file: join(folder, "a.ts"), line: 2, column: 3 });
    for (const line of [0, 1, 4, Number.NaN]) expect(placeOf(line, 1)).to.equal(null);
  });

  it("knows nothing of a file without a map, or with one that can't be read", () => {
    const files = [join(folder, "none.js"), fileWith("bad.js", "{"), fileWith("empty.js", "{}")];
    for (const file of files) expect(sourcePlace({ file, line: 1, column: 1 })).to.equal(null);
  });
});
