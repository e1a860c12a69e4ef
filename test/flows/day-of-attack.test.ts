import { useTestContext } from "../support/test-context.js";
import { ATTACKED_SMS_BUDGET, attackForADay, expectHeld } from "./day-of-attack.js";

// `npm run trials -- day-of-attack` attacks more numbers, more often.
describe("a day of attack from 1,000 addresses", function () {
  this.timeout(60_000);
  const context = useTestContext({ environment: { SMS_BUDGET: ATTACKED_SMS_BUDGET } });

  it("gets what the limits allow and no more, while the owner signs in and is sent codes", async () => {
    const size = { guesses: 400, resets: 150, numbers: 300 };
    expectHeld(await attackForADay(context, { seed: "a day of attack", ...size }));
  });
});
