import { expect } from "chai";
import { DomainError } from "../../../src/errors.js";
import { createImportReport } from "../../../src/whitelist/import/import-report.js";

describe("import report", () => {
  it("counts all lines and keeps some, in order, with refused ones preferred", () => {
    const report = createImportReport(4);
    const error = new DomainError("PHONE_INVALID");
    for (let line = 1; line <= 100; line += 1) {
      const bad = line % 40 === 0;
      report.add({
        line,
        phone: "x",
        ...(bad ? { outcome: "refused", error } : { outcome: "added" }),
      });
    }
    expect(report.counts).to.deep.equal({
      added: 98,
      refused: 2,
      reactivated: 0,
      unchanged: 0,
      not_applied: 0,
    });
    expect(report.lines().map(({ line }) => line)).to.deep.equal([1, 2, 40, 80]);
  });
});
