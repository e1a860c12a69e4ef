import { expect } from "chai";
import { systemRandom } from "../../src/system/random.js";
import { codeDigest, isCorrectCode, type Purpose } from "../../src/verification/code.js";

const key = Buffer.from("k".repeat(32));
const binding = { id: "0b0e7f5e-6c1a-4f0e-9d5c-3a2b1c0d9e8f", ownerId: 7, purpose: "activation" as Purpose };

describe("codes", () => {
  it("are bound to key, issue, user and purpose", () => {
    const digest = codeDigest(key, binding, "123456");
    expect(isCorrectCode([key], binding, digest, "123456")).to.equal(true);
    expect(isCorrectCode([key], binding, digest, "123457")).to.equal(false);
    const other = Buffer.from("o".repeat(32));
    expect(isCorrectCode([other], binding, digest, "123456")).to.equal(false);
    expect(isCorrectCode([other, key], binding, digest, "123456")).to.equal(true);
    expect(isCorrectCode([other, key], binding, digest, "123457")).to.equal(false);
    expect(isCorrectCode([key], { ...binding, id: "x" }, digest, "123456")).to.equal(false);
    expect(isCorrectCode([key], { ...binding, ownerId: 8 }, digest, "123456")).to.equal(false);
    expect(isCorrectCode([key], { ...binding, purpose: "phone_change" }, digest, "123456")).to.equal(false);
  });

  it("have six digits, leading zeros included, each digit about as often", () => {
    const counts = new Map<string, number>();
    for (let index = 0; index < 5000; index += 1) {
      const code = systemRandom.digits(6);
      expect(code).to.match(/^[0-9]{6}$/);
      for (const digit of code) counts.set(digit, (counts.get(digit) ?? 0) + 1);
    }
    for (const digit of "0123456789") expect(counts.get(digit)).to.be.within(2600, 3400);
  });

  it("are parsed with white space, dashes, invisible characters and digits of any script", () => {
    const digest = codeDigest(key, binding, "012345");
    for (const text of ["012345", " 012 345\n", "012-345", "\u200b012345\u2060", "٠١٢٣٤٥", "０１２３４５"]) {
      expect(isCorrectCode([key], binding, digest, text), JSON.stringify(text)).to.equal(true);
    }
  });

  it("are refused in any other form", () => {
    for (const text of ["", "12345", "1234567", "12345a", "½23456", "1e5000"]) {
      expect(isCorrectCode([key], binding, codeDigest(key, binding, text), text), text).to.equal(false);
    }
  });
});
