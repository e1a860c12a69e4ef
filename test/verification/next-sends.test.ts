import { expect } from "chai";
import { addSeconds } from "../../src/system/clock.js";
import type { Purpose } from "../../src/verification/code.js";
import { nextSends } from "../../src/verification/next-sends.js";
import type { Send } from "../../src/verification/sms-quota.js";

describe("the next sends of a number", () => {
  const now = new Date("2026-03-01T12:00:00Z");
  const sent = (purpose: Purpose, network: string, secondsAgo: number): Send => ({
    ...{ id: `${network} ${secondsAgo}`, purpose, network, sentAt: addSeconds(now, -secondsAgo) },
    delivery: "accepted",
  });

  it("are one for each purpose and network, the latest send's first", () => {
    const sends = [
      sent("activation", "a", 10),
      sent("password_reset", "b", 100),
      sent("activation", "a", 200),
      sent("activation", "b", 300),
    ];
    expect(nextSends(sends, now)).to.deep.equal([
      { purpose: "activation", network: "a", resendAt: addSeconds(now, 50), sendsLeft: 3 },
      { purpose: "password_reset", network: "b", resendAt: now, sendsLeft: 3 },
      { purpose: "activation", network: "b", resendAt: now, sendsLeft: 3 },
    ]);
    expect(nextSends([], now)).to.deep.equal([]);
  });

  it("leave the reserve to signed-in owners alone", () => {
    const strangers = Array.from({ length: 6 }, (_, index) => sent("activation", `n${index}`, 100 + index));
    const own = (purpose: Purpose) => nextSends([sent(purpose, "home", 90), ...strangers], now)[0];
    const tomorrow = addSeconds(now, 86_400 - 90);
    const oldest = addSeconds(now, 86_400 - 105);
    expect(own("password_change")).to.include({ resendAt: now, sendsLeft: 3 });
    expect(own("second_factor")).to.include({ resendAt: now, sendsLeft: 3 });
    expect(tomorrow).to.be.above(oldest);
    for (const purpose of ["password_reset", "phone_change", "activation"] as const) {
      expect(own(purpose), purpose).to.deep.include({ resendAt: oldest, sendsLeft: 0 });
    }
  });
});
