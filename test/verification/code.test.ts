import { expect } from "chai";
import type { DomainError } from "../../src/errors.js";
import { addSeconds } from "../../src/system/clock.js";
import { systemRandom } from "../../src/system/random.js";
import {
  assertMaySend,
  codeDigest,
  isCode,
  type Purpose,
  parseCode,
  type Send,
} from "../../src/verification/code.js";
import { newLinkToken, parseLinkToken } from "../../src/verification/link-token.js";

const key = Buffer.from("k".repeat(32));
const binding = { id: "0b0e7f5e-6c1a-4f0e-9d5c-3a2b1c0d9e8f", userId: 7, purpose: "activation" as Purpose };

function thrown(work: () => unknown): DomainError {
  try {
    work();
  } catch (error) {
    return error as DomainError;
  }
  throw new Error("nothing was thrown");
}

describe("codes", () => {
  it("are bound to key, issue, user and purpose", () => {
    const digest = codeDigest(key, binding, "123456");
    expect(isCode(key, binding, "123456", digest)).to.equal(true);
    expect(isCode(key, binding, "123457", digest)).to.equal(false);
    expect(isCode(Buffer.from("o".repeat(32)), binding, "123456", digest)).to.equal(false);
    expect(isCode(key, { ...binding, id: "x" }, "123456", digest)).to.equal(false);
    expect(isCode(key, { ...binding, userId: 8 }, "123456", digest)).to.equal(false);
    expect(isCode(key, { ...binding, purpose: "phone_change" }, "123456", digest)).to.equal(false);
  });

  it("have six digits, leading zeros kept, each digit about as often", () => {
    const counts = new Map<string, number>();
    for (let index = 0; index < 5000; index += 1) {
      const code = systemRandom.digits(6);
      expect(code).to.match(/^[0-9]{6}$/);
      for (const digit of code) counts.set(digit, (counts.get(digit) ?? 0) + 1);
    }
    for (const digit of "0123456789") expect(counts.get(digit)).to.be.within(2600, 3400);
  });

  it("are read with white space, dashes, invisible characters and digits of any script", () => {
    for (const text of ["012345", " 012 345\n", "012-345", "\u200b012345\u2060", "٠١٢٣٤٥", "０１２３４５"]) {
      expect(parseCode(text), JSON.stringify(text)).to.equal("012345");
    }
  });

  it("are nothing else", () => {
    for (const text of ["", "12345", "1234567", "12345a", "½23456", "1e5000"]) {
      expect(parseCode(text), text).to.equal(null);
    }
  });
});

describe("sending quotas", () => {
  const now = new Date("2026-03-01T12:00:00Z");
  const sent = (purpose: Purpose, ...secondsAgo: number[]): Send[] =>
    secondsAgo.map((seconds) => ({ purpose, sentAt: addSeconds(now, -seconds) }));

  it("let one code a minute leave for a purpose", () => {
    expect(thrown(() => assertMaySend(sent("activation", 59), "activation", now))).to.include({
      reason: "RATE_LIMITED",
      retryAfterSeconds: 1,
    });
    assertMaySend(sent("activation", 60), "activation", now);
    assertMaySend(sent("password_reset", 1), "activation", now);
  });

  it("let five codes leave for a purpose in any 24 hours", () => {
    const five = sent("activation", 100, 200, 300, 400, 86_399);
    expect(thrown(() => assertMaySend(five, "activation", now)).retryAfterSeconds).to.equal(1);
    assertMaySend(sent("activation", 100, 200, 300, 400, 86_400), "activation", now);
  });

  it("let ten codes leave for a phone number in any 24 hours, whatever they are for", () => {
    const ten = [
      ...sent("password_reset", 100, 200, 300, 400),
      ...sent("password_change", 500, 600, 700, 800),
      ...sent("phone_change", 900, 1000),
    ];
    expect(thrown(() => assertMaySend(ten, "activation", now)).retryAfterSeconds).to.equal(85_400);
    assertMaySend(ten.slice(0, 9), "activation", now);
  });
});

describe("link tokens", () => {
  it("are 128 random bits in the shape of a UUID", () => {
    const tokens = new Set(Array.from({ length: 1000 }, () => newLinkToken(systemRandom)));
    expect(tokens.size).to.equal(1000);
    const versions = new Set([...tokens].map((token) => token[14]));
    expect(versions.size).to.equal(16);
    for (const token of tokens) expect(parseLinkToken(token)).to.equal(token);
  });

  it("are cleaned of white space and invisible characters before they are judged", () => {
    const token = newLinkToken(systemRandom);
    const dirty = [...token].join("\u200b \u200c\t\u200d\n\ufeff\r\u2060");
    expect(parseLinkToken(dirty)).to.equal(token);
    expect(thrown(() => parseLinkToken(" \u200b\ufeff")).reason).to.equal("TOKEN_REQUIRED");
    expect(thrown(() => parseLinkToken(token.slice(1))).reason).to.equal("TOKEN_INVALID");
    expect(thrown(() => parseLinkToken(`${token}0`)).reason).to.equal("TOKEN_INVALID");
  });
});
