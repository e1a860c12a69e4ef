import { expect } from "chai";
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
});
