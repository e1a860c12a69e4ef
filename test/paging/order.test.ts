import { expect } from "chai";
import { parseOrder } from "../../src/paging/order.js";

const parse = (text: string) => parseOrder(["added_at", "phone"], text);

describe("parseOrder", () => {
  it("reads a column, with its direction or without", () => {
    expect(parse("phone")).to.deep.equal({ column: "phone", isDescending: false });
    expect(parse("phone asc")).to.deep.equal({ column: "phone", isDescending: false });
    expect(parse("  added_at   desc ")).to.deep.equal({ column: "added_at", isDescending: true });
  });

  it("takes the first column, the newest first, when nothing is said", () => {
    expect(parse("")).to.deep.equal({ column: "added_at", isDescending: true });
  });

  it("refuses anything else", () => {
    for (const text of ["id", "phone down", "phone desc, added_at", "phone; DROP TABLE users", "PHONE"]) {
      expect(() => parse(text), text).to.throw("INVALID_REQUEST");
    }
  });
});
