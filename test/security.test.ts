import { existsSync, readFileSync } from "node:fs";
import { expect } from "chai";

const document = readFileSync("SECURITY.md", "utf8");

/** The files and the value in each row of the tables of bounds. */
const bounds = [...document.matchAll(/^\|[^|]+\| `(src\/[^`]+)` \| `([^`]+)` \|$/gm)].map(
  ([, file = "", value = ""]) => ({ file, value }),
);

/** Whether `value` occurs in `text`, and doesn't continue there: `= 10` is not in `= 100`. */
function contains(text: string, value: string): boolean {
  const start = text.indexOf(value);
  return start >= 0 && (!/\w$/.test(value) || !/^[\w.]/.test(text.slice(start + value.length)));
}

describe("SECURITY.md", () => {
  it("names files that exist", () => {
    const files = [...document.matchAll(/`((?:src|test|proto)\/[^`]+)`/g)].map(([, file = ""]) => file);
    expect(files.filter((file) => !existsSync(file))).to.deep.equal([]);
    expect(files).not.to.have.length(0);
  });

  it("gives every bound as it is in the code", () => {
    const rows = document.split("### ").slice(1).join("").split("\n");
    expect(bounds).to.have.length(rows.filter((row) => /^\| (?!bound )/.test(row)).length);
    const wrong = bounds.filter(({ file, value }) => !contains(readFileSync(file, "utf8"), value));
    expect(wrong).to.deep.equal([]);
  });
});
