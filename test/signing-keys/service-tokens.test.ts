import { expect } from "chai";
import { FOLLOWED_SECONDS, rotateKeys } from "../../src/signing-keys/rotate-keys.js";
import { newService, tokenOf } from "../support/services.js";
import { useTestContext } from "../support/test-context.js";

describe("a signing key of a server whose users' tokens are shorter than its services'", () => {
  const context = useTestContext({ environment: { ACCESS_TOKEN_TTL: "60" } });

  /** Lets time pass for all keys, and reads them again. */
  async function passTime(seconds: number): Promise<void> {
    const columns = ["created_at", "signs_from", "signing_since", "retired_at", "expires_at"];
    const moved = columns.map((column) => `${column} = ${column} - $1::float8 * interval '1 s'`).join(", ");
    const statement = { name: "test_pass_key_time", text: `UPDATE signing_keys SET ${moved}` };
    await context.testDatabase.database.run(null, statement, [seconds]);
    await context.infrastructure.keyFollower.follow();
  }

  it("verifies for as long as a service's token lives", async () => {
    const { app, infrastructure } = context;
    const { ttlSeconds, serviceTtlSeconds } = app.accessTokens;
    expect([ttlSeconds, serviceTtlSeconds]).to.deep.equal([60, 600]);
    const keys = await infrastructure.signingKeys.read(null);
    expect(keys.map(({ tokenSeconds }) => tokenSeconds)).to.deep.equal([600, 600]);

    const { name } = await newService(context, ["users.read"]);
    const token = await tokenOf({ app }, name);
    await passTime(FOLLOWED_SECONDS + 1);
    expect(await rotateKeys(infrastructure, { force: true })).to.include({ outcome: "rotated" });
    await passTime(595);
    // A process that has not seen the token verifies its signature.
    context.clock.advance(595);
    expect(await context.anotherProcess().verifyServiceToken(token)).to.include({ name });
    const [header] = (await tokenOf({ app }, name)).split(".");
    expect(header).not.to.equal(token.split(".")[0]);
    const retired = (await infrastructure.signingKeys.read(null)).filter(({ retiredAt }) => retiredAt);
    expect(
      retired.map(({ expiresAt, retiredAt }) => expiresAt!.getTime() - retiredAt!.getTime()),
    ).to.deep.equal([...[(600 + 300) * 1000]]);
  });
});
