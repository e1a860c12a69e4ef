import { expect } from "chai";
import { addSeconds } from "../../src/system/clock.js";
import type { Purpose } from "../../src/verification/code.js";
import { assertMaySend, type Send } from "../../src/verification/sms-quota.js";
import { thrown } from "../support/rejection.js";

describe("SMS quotas", () => {
  const now = new Date("2026-03-01T12:00:00Z");
  const sent = (purpose: Purpose, ...secondsAgo: number[]): Send[] =>
    secondsAgo.map((seconds) => ({
      id: `${purpose}-${seconds}`,
      purpose,
      sentAt: addSeconds(now, -seconds),
      delivery: "accepted",
    }));

  it("allow one code a minute for a purpose", () => {
    expect(thrown(() => assertMaySend(sent("activation", 59), "activation", now))).to.deep.include({
      reason: "RATE_LIMITED",
      retryAfterSeconds: 1,
      reachedLimit: { limit: 1, resetAt: now.getTime() / 1000 + 1 },
    });
    assertMaySend(sent("activation", 60), "activation", now);
    assertMaySend(sent("password_reset", 1), "activation", now);
  });

  it("allow five codes for a purpose in any 24 hours", () => {
    const five = sent("activation", 100, 200, 300, 400, 86_399);
    expect(thrown(() => assertMaySend(five, "activation", now))).to.deep.include({
      retryAfterSeconds: 1,
      reachedLimit: { limit: 5, resetAt: now.getTime() / 1000 + 1 },
    });
    assertMaySend(sent("activation", 100, 200, 300, 400, 86_400), "activation", now);
  });

  it("allow ten codes of all purposes for a phone number in any 24 hours", () => {
    const ten = [
      ...sent("password_reset", 100, 200, 300, 400),
      ...sent("password_change", 500, 600, 700, 800),
      ...sent("phone_change", 900, 1000),
    ];
    expect(thrown(() => assertMaySend(ten, "activation", now))).to.deep.include({
      retryAfterSeconds: 85_400,
      reachedLimit: { limit: 10, resetAt: now.getTime() / 1000 + 85_400 },
    });
    assertMaySend(ten.slice(0, 9), "activation", now);
  });
});
