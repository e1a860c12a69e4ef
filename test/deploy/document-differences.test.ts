import { expect } from "chai";
import { documentDifferences } from "../../deploy/document-differences.js";

describe("the differences of two documents", () => {
  it("are none, if only the order of names differs", () => {
    expect(documentDifferences({ a: [1, { b: null }], c: "x" }, { c: "x", a: [1, { b: null }] })).to.be.empty;
  });

  it("name what was added, removed or changed, and where", () => {
    const old = { kept: { type: "string" }, removed: 1, list: ["a", "b"], pair: [{ x: 1 }, { x: 2 }] };
    const made = {
      kept: { type: ["string", "null"] },
      added: 1,
      list: ["b", "c", "d"],
      pair: [{ x: 1 }, {}],
    };
    expect(documentDifferences(old, made)).to.deep.equal([
      'kept › type: "string" is now ["string","null"]',
      "removed: removed",
      'list: "a" removed',
      'list: "c" added',
      'list: "d" added',
      "pair › 1 › x: removed",
      "added: added",
    ]);
  });

  it("show what differs of long texts", () => {
    const text = (word: string) => ({ text: `${"a ".repeat(50)}${word}${" z".repeat(50)}` });
    const [line] = documentDifferences(text("15"), text("20"));
    expect(line).to.equal(
      `text: "…${"a ".repeat(16)}15${" z".repeat(16)}…" is now "…${"a ".repeat(16)}20${" z".repeat(16)}…"`,
    );
    expect(documentDifferences({ text: "aa" }, { text: "aaa" })).to.deep.equal(['text: "aa" is now "aaa"']);
  });

  it("are told for members of another order in a list, and for lists that repeat a member", () => {
    expect(documentDifferences(["a", "b"], ["b", "a"])).to.have.length(2);
    expect(documentDifferences({ a: ["b"] }, { a: ["b", "b"] })).to.deep.equal(["a: 1 members are now 2"]);
  });
});
