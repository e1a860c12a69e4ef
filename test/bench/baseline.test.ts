import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { compareWithBaseline, readBaseline, writeBaseline } from "../../bench/measure/baseline.js";

const ratio = (low: number, median: number) => ({ low, median, high: median * 2 });

describe("the baseline of the benchmark", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "waterbill-baseline-"));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("is exceeded by a ratio whose lower bound is more than 15 % above it, which is named", () => {
    const baseline = { profile: 2, refresh: 2 };
    const ratios = { profile: ratio(2.29, 3), refresh: ratio(2.31, 2.5) };
    expect(compareWithBaseline(ratios, baseline)).to.deep.equal(["refresh: 2.50 (at least 2.31), was 2.00"]);
  });

  it("names a ratio that it doesn't have", () => {
    const [fault] = compareWithBaseline({ profile: ratio(1, 1) }, {});
    expect(fault).to.include("profile").and.include("--write-baseline");
  });

  it("ignores what was not measured", () => {
    expect(compareWithBaseline({}, { profile: 2 })).to.deep.equal([]);
  });

  it("keeps what it has when some ratios are measured anew", () => {
    const path = join(folder, "baseline.json");
    expect(readBaseline(path)).to.deep.equal({});
    writeBaseline(path, { refresh: ratio(1, 2), profile: ratio(1, 1.23456) });
    writeBaseline(path, { refresh: ratio(1, 3) });
    expect(readBaseline(path)).to.deep.equal({ profile: 1.235, refresh: 3 });
  });
});
