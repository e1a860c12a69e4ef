import { expect } from "chai";
import { administrator } from "../support/administrator.js";
import { sendHostile } from "../support/hostile/send-hostile.js";
import { useTestService } from "../support/service.js";
import { activeUser, registered, signedIn, testPassword } from "../support/test-context.js";

// `npm run trials -- fuzz` sends more of them.
describe("hostile inputs", function () {
  this.timeout(60_000);
  const service = useTestService();

  it("are refused in the form of their protocol, and never as our fault", async () => {
    const { context } = service;
    const [customer, other] = [await signedIn(context), await signedIn(context)];
    const { tokens } = await administrator(context);
    const phones = [(await activeUser(context)).phone, await registered(context), "+237600000000"];

    const { faults } = await sendHostile({
      port: Number(new URL(service.origin).port),
      seed: "hostile inputs",
      count: 600,
      knowledge: {
        phones,
        password: testPassword,
        refresh: other.tokens.refresh,
        tokens: [customer.tokens.access, tokens.access],
      },
    });

    expect(faults.join("\n")).to.equal("");
    expect((await fetch(`${service.origin}/readyz`)).status).to.equal(200);
  });
});
