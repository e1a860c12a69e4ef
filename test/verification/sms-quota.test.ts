import { expect } from "chai";
import { addSeconds } from "../../src/system/clock.js";
import type { Purpose } from "../../src/verification/code.js";
import {
  assertMaySend,
  type ReserveAccess,
  type Send,
  type SendRequest,
  sendingState,
} from "../../src/verification/sms-quota.js";
import { thrown } from "../support/rejection.js";

const HOME = "198.51.100.0/24";

describe("SMS quotas", () => {
  const now = new Date("2026-03-01T12:00:00Z");
  const sentFrom = (network: string, purpose: Purpose, ...secondsAgo: number[]): Send[] =>
    secondsAgo.map((seconds) => ({
      id: `${purpose}-${seconds}`,
      purpose,
      network,
      sentAt: addSeconds(now, -seconds),
      delivery: "accepted",
    }));
  const sent = (purpose: Purpose, ...secondsAgo: number[]) => sentFrom(HOME, purpose, ...secondsAgo);
  /** Sends that as many networks asked for. */
  const elsewhere = (count: number): Send[] =>
    Array.from({ length: count }, (_, index) =>
      sentFrom(`203.0.${index}.0/24`, "activation", 100 + index),
    ).flat();
  const asks = (purpose: Purpose, reserve: ReserveAccess = "never"): SendRequest => ({
    purpose,
    network: HOME,
    reserve,
  });
  const refusal = (sends: readonly Send[], request: SendRequest) =>
    thrown(() => assertMaySend(sends, request, now));

  it("allow a network one code a minute for a purpose", () => {
    expect(refusal(sent("activation", 59), asks("activation"))).to.deep.include({
      reason: "RATE_LIMITED",
      retryAfterSeconds: 1,
      reachedLimit: { limit: 1, resetAt: now.getTime() / 1000 + 1 },
    });
    assertMaySend(sent("activation", 60), asks("activation"), now);
    assertMaySend(sent("password_reset", 1), asks("activation"), now);
    assertMaySend(sentFrom("203.0.113.0/24", "activation", 1), asks("activation"), now);
  });

  it("allow a network five codes for a purpose in any 24 hours", () => {
    const five = sent("activation", 100, 200, 300, 400, 86_399);
    expect(refusal(five, asks("activation"))).to.deep.include({
      retryAfterSeconds: 1,
      reachedLimit: { limit: 5, resetAt: now.getTime() / 1000 + 1 },
    });
    assertMaySend(sent("activation", 100, 200, 300, 400, 86_400), asks("activation"), now);
    assertMaySend(
      five.map((send) => ({ ...send, network: "" })),
      asks("activation"),
      now,
    );
  });

  it("allow seven codes of all purposes and networks for a phone number in any 24 hours", () => {
    const seven = elsewhere(7);
    expect(refusal(seven, asks("password_reset"))).to.deep.include({
      retryAfterSeconds: 86_294,
      reachedLimit: { limit: 7, resetAt: now.getTime() / 1000 + 86_294 },
    });
    assertMaySend(seven.slice(0, 6), asks("password_reset"), now);
  });

  it("keep three more for callers who may always use them", () => {
    assertMaySend(elsewhere(9), asks("password_change", "always"), now);
    expect(refusal(elsewhere(10), asks("password_change", "always"))).to.deep.include({
      reachedLimit: { limit: 10, resetAt: now.getTime() / 1000 + 86_291 },
    });
  });

  it("keep three more for the first code that a network asks for, whatever its purpose", () => {
    assertMaySend(elsewhere(9), asks("activation", "first_send"), now);
    expect(refusal(elsewhere(10), asks("activation", "first_send"))).to.include({ reason: "RATE_LIMITED" });
    const again = [...sent("phone_change", 61), ...elsewhere(7)];
    expect(refusal(again, asks("activation", "first_send"))).to.deep.include({
      reachedLimit: { limit: 7, resetAt: now.getTime() / 1000 + 86_295 },
    });
  });

  it("tell a caller what they leave", () => {
    const left = (sends: readonly Send[], reserve: ReserveAccess = "never") =>
      sendingState(sends, asks("activation", reserve), now);
    expect(left(sent("activation", 20))).to.deep.equal({ resendAt: addSeconds(now, 40), sendsLeft: 4 });
    expect(left(sentFrom("203.0.113.0/24", "activation", 20))).to.deep.equal({ resendAt: now, sendsLeft: 5 });
    expect(left(elsewhere(6)).sendsLeft).to.equal(1);
    expect(left(elsewhere(8)).sendsLeft).to.equal(0);
    expect(left(elsewhere(8), "first_send").sendsLeft).to.equal(2);
    expect(left(elsewhere(8), "always").sendsLeft).to.equal(2);
  });
});
