import { expect } from "chai";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { readConfig } from "../../src/config.js";
import { callWindows } from "../../src/rate-limits/keys.js";
import { createLimiter, verdictOf } from "../../src/rate-limits/limiter.js";
import { systemRandom } from "../../src/system/random.js";
import { testClock } from "../support/clock.js";
import { testLogger } from "../support/log.js";
import { testKeyPrefix, testRedisUrl } from "../support/redis.js";
import { perMinute } from "./stores.js";

describe("limiter", () => {
  it("refuses the 16th call in a minute, and says when there is room again", async () => {
    const clock = testClock("2026-03-01T12:00:00.500Z");
    const limiter = createLimiter({
      clock,
      random: systemRandom,
      logger: testLogger(),
      redisUrl: undefined,
    });
    const login = [perMinute("login", 15)];
    for (let i = 0; i < 15; i++) {
      const { allowed, remaining, retryAfterSeconds } = await limiter.consume(login);
      expect({ allowed, remaining, retryAfterSeconds }).to.deep.equal({
        allowed: true,
        remaining: 14 - i,
        retryAfterSeconds: 0,
      });
    }
    clock.advance(20.2);
    expect(await limiter.consume(login)).to.include({
      allowed: false,
      limit: 15,
      remaining: 0,
      resetAt: Date.parse("2026-03-01T12:01:01Z") / 1000,
      retryAfterSeconds: 40,
    });
    clock.advance(40);
    expect((await limiter.consume(login)).allowed).to.equal(true);
    limiter.close();
  });
});

describe("a limiter that refuses", () => {
  it("tells the names of the limits that are full, once each", async () => {
    const refused: string[][] = [];
    const limiter = createLimiter({
      ...{ clock: testClock(), random: systemRandom, logger: testLogger(), redisUrl: undefined },
      onRefused: (limits) => void refused.push([...limits]),
    });
    const full = ["login:60:a", "resend_code:60:a", "resend_code:86400:a"].map((key) => perMinute(key, 1));
    await limiter.consume(full);
    expect(refused).to.deep.equal([]);
    await limiter.consume([...full, perMinute("anon:60:a", 5)]);
    expect(refused).to.deep.equal([["login", "resend_code"]]);
    expect(limiter.isInMemory()).to.equal(false);
    limiter.close();
  });
});

describe("a limiter that clears a number", () => {
  const rules = readConfig({ LIMIT_RESEND_CODE: "1/hour,5/day", LIMIT_PHONE_BASED: "1/hour" });
  const { resendCode, activate } = AuthService.method;
  const phone = "+237670000001";
  const windowsOf = (method: typeof resendCode | typeof activate, address: string, of = phone) =>
    callWindows(rules, { method, address, userId: null, service: null, sessionId: null, phone: () => of });

  for (const [place, redisUrl] of [
    ["memory, for this process", () => undefined],
    ["Redis, for all processes", testRedisUrl],
  ] as const) {
    it(`clears each limit that counts the number, at every address, in ${place}`, async () => {
      const deps = { clock: testClock(), random: systemRandom, logger: testLogger() };
      const shared = { ...deps, redisUrl: redisUrl(), redisPrefix: testKeyPrefix() };
      const limiter = createLimiter(shared);
      const other = shared.redisUrl === undefined ? limiter : createLimiter(shared);
      const calls = [resendCode, activate].flatMap((method) =>
        ["192.0.2.7", "2001:db8::7"].map((address) => windowsOf(method, address)),
      );
      const isAllowed = async (windows: (typeof calls)[number]) => (await other.consume(windows)).allowed;
      const neighbour = windowsOf(resendCode, "192.0.2.7", "+237670000002");
      for (const windows of [...calls, neighbour]) {
        expect(await isAllowed(windows)).to.equal(true);
        expect(await isAllowed(windows)).to.equal(false);
      }
      expect(await limiter.clear(phone)).to.equal(shared.redisUrl !== undefined);
      for (const windows of calls) expect(await isAllowed(windows)).to.equal(true);
      expect(await isAllowed(neighbour)).to.equal(false);
      limiter.close();
      other.close();
    });
  }
});

describe("verdictOf", () => {
  const now = new Date("2026-03-01T12:00:00Z");
  const at = (seconds: number) => now.getTime() / 1000 + seconds;

  it("gives the figures of the window with the fewest calls remaining", () => {
    const verdict = verdictOf(
      [perMinute("a", 15), perMinute("b", 3)],
      [
        { used: 9, resetMs: 10_000 },
        { used: 1, resetMs: 60_000 },
      ],
      now,
    );
    expect(verdict).to.deep.equal({
      allowed: true,
      limit: 3,
      remaining: 2,
      resetAt: at(60),
      retryAfterSeconds: 0,
    });
  });

  it("gives the figures of the window that resets last when several have as few remaining", () => {
    const verdict = verdictOf(
      [perMinute("a", 1), { key: "b", limit: 5, seconds: 86_400 }],
      [
        { used: 1, resetMs: 60_000 },
        { used: 5, resetMs: 7_000_000 },
      ],
      now,
    );
    expect(verdict).to.include({ allowed: true, limit: 5, remaining: 0, resetAt: at(7_000) });
  });

  it("gives the figures of a refusing window before those of an exhausted one", () => {
    const verdict = verdictOf(
      [perMinute("a", 5), perMinute("b", 3)],
      [
        { used: 5, resetMs: 50_000 },
        { used: 4, resetMs: 1_200 },
      ],
      now,
    );
    expect(verdict).to.deep.equal({
      allowed: false,
      limit: 3,
      remaining: 0,
      resetAt: at(2),
      retryAfterSeconds: 2,
    });
  });

  it("gives the longest wait of several refusing windows", () => {
    const verdict = verdictOf(
      [perMinute("a", 1), { key: "b", limit: 5, seconds: 86_400 }, perMinute("c", 2)],
      [
        { used: 2, resetMs: 30_000 },
        { used: 6, resetMs: 3_600_000 },
        { used: 3, resetMs: 1 },
      ],
      now,
    );
    expect(verdict).to.include({ allowed: false, limit: 5, retryAfterSeconds: 3_600, resetAt: at(3_600) });
  });

  it("never tells a refused caller to retry at once", () => {
    const { retryAfterSeconds, resetAt } = verdictOf([perMinute("a", 1)], [{ used: 2, resetMs: 1 }], now);
    expect({ retryAfterSeconds, resetAt }).to.deep.equal({ retryAfterSeconds: 1, resetAt: at(1) });
  });
});
