import { expect } from "chai";
import { firstDigits, parseSearch } from "../../src/paging/search-terms.js";

describe("parseSearch", () => {
  it("reads the digits of a number in any spelling", () => {
    for (const text of [
      "+237 670-000",
      "(237) 670.000",
      "２３７６７００００",
      "\u202a+237\u2011670\u2013000\u202c",
    ]) {
      expect(parseSearch(text)?.digits, text).to.equal("237670000");
    }
  });

  it("takes a 00 for the one before a country code where a number begins, and as it is where one ends", () => {
    expect(parseSearch("00237 670")?.digits).to.equal("00237670");
    expect(firstDigits("00237670")).to.equal("237670");
    expect(firstDigits("237670")).to.equal("237670");
    expect(parseSearch("0012")?.digits).to.equal("0012");
    expect(firstDigits("0012")).to.equal(null);
  });

  it("reads words, each as the beginning of one", () => {
    expect(parseSearch("Client VIP")).to.deep.equal({ digits: null, words: "'Client':* & 'VIP':*" });
  });

  it("treats fewer than three digits, and digits among letters, as words only", () => {
    expect(parseSearch("12")).to.deep.equal({ digits: null, words: "'12':*" });
    expect(parseSearch("zone 123")).to.deep.equal({ digits: null, words: "'zone':* & '123':*" });
  });

  it("matches nothing without digits and letters, and is no search when empty", () => {
    expect(parseSearch("!?' | & :*")).to.deep.equal({ digits: null, words: null });
    expect(parseSearch("  ")).to.equal(null);
  });
});
