import { expect } from "chai";
import { readOptions } from "../../bench/options.js";

const names = ["profile", "refresh"];
const defaults = {
  before: null,
  workers: null,
  telemetry: false,
  only: [],
  rounds: 24,
  seed: "bench",
  checks: false,
  writesBaseline: false,
};

describe("the options of the benchmark", () => {
  it("are all loads of this checkout by default", () => {
    expect(readOptions([], names)).to.deep.equal(defaults);
  });

  it("take another checkout, and some of the loads", () => {
    expect(readOptions(["../main", "--only", "profile,refresh"], names)).to.deep.equal({
      ...defaults,
      before: "../main",
      only: names,
    });
  });

  it("take a number of workers", () => {
    expect(readOptions(["--workers", "2"], names)).to.deep.equal({ ...defaults, workers: 2 });
  });

  it("compare with and without telemetry", () => {
    expect(readOptions(["--telemetry"], names)).to.deep.equal({ ...defaults, telemetry: true });
  });

  it("check and write the baseline", () => {
    expect(readOptions(["--check", "--write-baseline", "--rounds", "8", "--seed", "2"], names)).to.deep.equal(
      {
        ...defaults,
        rounds: 8,
        seed: "2",
        checks: true,
        writesBaseline: true,
      },
    );
  });

  for (const args of [
    ["--only", "logout"],
    ["--rounds", "0"],
    ["--rounds", "many"],
    ["--workers", "0"],
    ["--workers", "2", "../main"],
    ["--workers", "2", "--check"],
    ["--telemetry", "--workers", "2"],
    ["--telemetry", "../main"],
    ["a", "b"],
    ["--fast"],
  ]) {
    it(`refuse ${args.join(" ")}`, () => {
      expect(() => readOptions(args, names)).to.throw();
    });
  }
});
