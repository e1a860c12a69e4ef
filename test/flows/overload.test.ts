import { expect } from "chai";
import { login } from "../../src/auth/login.js";
import { generousLimits, useTestService } from "../support/service.js";
import { activeUser, atOnce, signedIn, testPassword, useTestContext } from "../support/test-context.js";

describe("many logins at once", () => {
  const service = useTestService({
    environment: { ...generousLimits, PASSWORD_HASH_QUEUE: "64" },
    hashesAnew: true,
  });
  const context = useTestContext({ environment: { PASSWORD_HASH_QUEUE: "5" }, hashesAnew: true });

  it("don't delay a profile read", async () => {
    const { user, tokens } = await signedIn(service.context);
    let done = 0;
    const logins = Array.from({ length: 64 }, async () => {
      const response = await fetch(`${service.origin}/api/login/`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ phone: user.phone, password: testPassword }),
      });
      expect(response.status).to.equal(200);
      done += 1;
    });
    await Promise.race(logins);
    const profile = await fetch(`${service.origin}/api/profile/`, {
      headers: { authorization: `Bearer ${tokens.access}` },
    });
    expect(profile.status).to.equal(200);
    expect(done, "logins that were done before a profile read").to.be.below(48);
    await Promise.all(logins);
  });

  it("are OVERLOADED at once beyond the queue", async () => {
    const { phone } = await activeUser(context);
    const order: string[] = [];
    const results = await atOnce(100, () =>
      login(context.app, { phone, password: testPassword }).then(
        () => order.push("served"),
        (error: Error) => {
          order.push(error.message);
          throw error;
        },
      ),
    );
    expect(new Set(order)).to.deep.equal(new Set(["served", "OVERLOADED"]));
    expect(results.filter((result) => result === "OVERLOADED")).to.have.length.above(50);
    expect(order.at(-1)).to.equal("served");
  });
});
