import { expect } from "chai";
import { getCountries, getCountryCallingCode } from "libphonenumber-js/max";
import { callingCode } from "../../src/sms/calling-code.js";

describe("callingCode", () => {
  for (const [phone, code] of [
    ["+237670000001", "237"],
    ["+33612345678", "33"],
    ["+12025550123", "1"],
    ["+675799743000", "675"],
    ["+881612345678", "881"],
    ["+999123456789", "999"],
  ] as const) {
    it(`is ${code} for ${phone.slice(0, 5)}…`, () => {
      expect(callingCode(phone)).to.equal(code);
    });
  }

  it("knows the code of every country", () => {
    const wrong = getCountries()
      .map((country) => getCountryCallingCode(country))
      .filter((code) => callingCode(`+${code}012345678`) !== code);
    expect(wrong).to.deep.equal([]);
  });
});
