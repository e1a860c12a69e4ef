import { expect } from "chai";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { login } from "../../src/auth/login.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { accepted, expectRefusal, useAllClients } from "../flows/all-protocols.js";
import { generousLimits, useTestService } from "../support/service.js";
import { activeUser, newPhone, registered, testPassword } from "../support/test-context.js";
import { useCli } from "./use-cli.js";

const { resendCode } = AuthService.method;
const { requestPhoneChange } = ProfileService.method;

const STAY = /^The rate limits that count it stay, because /m;

describe("user clear-limits beside a server", () => {
  const service = useTestService({ environment: { ...generousLimits, LIMIT_RESEND_CODE: "5/day" } });
  const protocols = useAllClients(service);
  const cli = useCli();

  /** Runs the command on the server's database, and on the Redis of `redis`. */
  const clear = (phone: string, redis: { REDIS_URL: string }, ...options: string[]) =>
    cli.run(["user", "clear-limits", phone, "--reason", "called us", ...options], {
      environment: {
        DATABASE_URL: service.context.testDatabase.url,
        REDIS_PREFIX: service.context.config.redisPrefix,
        ...redis,
      },
    });

  const serversRedis = () => ({ REDIS_URL: service.context.config.redisUrl ?? "" });

  /** A number whose resends of a day are used up. */
  async function usedUp(): Promise<string> {
    const { context } = service;
    const phone = newPhone();
    const resend = () => protocols[0]!.call(resendCode, { phone });
    await accepted(resend());
    await registered(context, phone);
    for (let sends = 2; sends <= 5; sends += 1) {
      context.clock.advance(60);
      await accepted(resend());
    }
    context.clock.advance(60);
    await expectRefusal(resend(), "RATE_LIMITED");
    return phone;
  }

  it("starts the resends of a day anew, in the Redis that it shares with the server", async () => {
    const phone = await usedUp();
    const cleared = await clear(phone, serversRedis());
    expect(cleared).to.deep.equal({ code: 0, out: `${phone} limits cleared\n`, error: "" });
    for (const protocol of protocols) {
      const { reason, header } = await protocol.call(resendCode, { phone });
      // The sending quota has room for one.
      expect(reason).to.equal(protocol === protocols[0] ? undefined : "RATE_LIMITED");
      if (reason === undefined) expect(header.get("x-ratelimit-remaining")).to.equal("4");
    }
  });

  it("starts the phone changes of a day anew", async () => {
    const { app } = service.context;
    const user = await activeUser(service.context);
    const { tokens } = await login(app, { phone: user.phone, password: testPassword });
    const change = async () => {
      const phone = newPhone();
      await addEntry(app, { phone, notes: "", isActive: true, actor: null });
      const input = { new_phone: phone, current_password: testPassword };
      return protocols[0]!.call(requestPhoneChange, input, tokens.access);
    };
    for (let request = 1; request <= 5; request += 1) await accepted(change());
    await expectRefusal(change(), "RATE_LIMITED");
    await clear(user.phone, serversRedis());
    await accepted(change());
  });

  it("says that rate limits stay without a Redis, or with one that can't be reached, and clears the rest", async () => {
    for (const [url, why] of [
      ["", "REDIS_URL is not set"],
      ["redis://127.0.0.1:1", "Redis can't be reached"],
    ] as const) {
      const phone = await usedUp();
      const { code, out } = await clear(phone, { REDIS_URL: url });
      expect(code).to.equal(0);
      expect(out).to.match(STAY).and.include(why);
      expect(out.split("\n")[0]).to.equal(`${phone} limits cleared`);
      expect(await service.context.app.smsQuota.recent(null, phone, new Date(0))).to.deep.equal([]);
      await expectRefusal(protocols[0]!.call(resendCode, { phone }), "RATE_LIMITED");
    }
  });

  it("says in JSON whether rate limits were cleared", async () => {
    const phone = newPhone();
    const json = async (redis: { REDIS_URL: string }) =>
      JSON.parse((await clear(phone, redis, "--json")).out);
    expect(await json(serversRedis())).to.deep.equal({ phone, rate_limits_cleared: true });
    expect(await json({ REDIS_URL: "" })).to.deep.equal({ phone, rate_limits_cleared: false });
  });
});
