import { expect } from "chai";
import { maskPhone, redact } from "../../src/system/redact.js";

describe("redact", () => {
  for (const secret of [
    "123456",
    "+237670000001",
    "237670000001",
    "+237 670 00 00 01",
    "237-670.000-001",
    "(237) 670-000-001",
    "٢٣٧٦٧٠٠٠٠",
    "eyJhbGciOi.eyJzdWIi.c2ln",
    "0f8fad5b-d9cb-469f-a165-70867728950e",
    "0F8FAD5B-D9CB-469F-A165-70867728950E",
    "dGhpcy1pcy1hLWRldmljZS10b2tlbg1",
  ]) {
    it(`masks ${secret}`, () => {
      expect(redact(`it is ${secret}, that is it`)).to.match(/^it is \(?…, that is it$/);
    });
  }

  it("keeps everything else", () => {
    for (const text of [
      "no answer within 150 ms",
      "DatabaseError 23505, table users, constraint users_phone_key, character 99999",
      "The database in /srv/waterbill-identity-data-2/a does not open.",
      "/waterbill.identity.v1.AuthService/Login: its http rule has no HTTP method and path",
    ]) {
      expect(redact(text)).to.equal(text);
    }
  });
});

describe("maskPhone", () => {
  it("keeps the beginning and the end, even when it is applied twice", () => {
    expect(maskPhone("+237670000001")).to.equal("+2376…01");
    expect(maskPhone(maskPhone("+237670000001"))).to.equal("+2376…01");
  });
});
