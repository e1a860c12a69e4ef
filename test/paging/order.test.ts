import { expect } from "chai";
import { parseOrder } from "../../src/paging/order.js";

const parse = (text: string) => parseOrder(["added_at", "phone"], text);

describe("parseOrder", () => {
  it("parses a column, with or without a direction", () => {
    expect(parse("phone")).to.deep.equal({ column: "phone", isDescending: false });
    expect(parse("phone asc")).to.deep.equal({ column: "phone", isDescending: false });
    expect(parse("  added_at   desc ")).to.deep.equal({ column: "added_at", isDescending: true });
  });

  it("defaults to the first column, the newest first", () => {
    expect(parse("")).to.deep.equal({ column: "added_at", isDescending: true });
  });

  it("refuses anything else", () => {
    for (const text of ["id", "phone down", "phone desc, added_at", "phone; DROP TABLE users", "PHONE"]) {
      expect(() => parse(text), text).to.throw("INVALID_REQUEST");
    }
  });
});
