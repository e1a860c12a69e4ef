import { expect } from "chai";
import { clientName } from "../../src/sessions/client-name.js";

describe("clientName", () => {
  for (const [name, userAgent, expected] of [
    ["keeps an ordinary name", "WaterBill/2.1 (Android 14; Pixel 7)", "WaterBill/2.1 (Android 14; Pixel 7)"],
    ["is empty without a name", "", ""],
    ["collapses white space", "  a \t\r\n b  ", "a b"],
    ["removes control characters", "a\u0000b\u001b[31mc\u0085", "ab[31mc"],
    ["removes invisible characters and marks of direction", "a\u200B\u202Eb\u2066\uFEFF\u00ADc\u3164", "abc"],
    ["removes surrogates without a pair", "a\uD800b", "ab"],
    ["leaves no double spaces around what it removes", "a \u0007 b", "a b"],
    ["is empty when nothing is visible", "\u200B \u0000", ""],
  ] as const) {
    it(name, () => expect(clientName(userAgent)).to.equal(expected));
  }

  it("has at most 200 characters, and never half of one", () => {
    expect([...clientName("📱".repeat(300))]).to.deep.equal(Array.from({ length: 200 }, () => "📱"));
  });
});
