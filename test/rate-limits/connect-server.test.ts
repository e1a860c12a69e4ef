import { expect } from "chai";
import { connectRedis } from "../../src/rate-limits/connect-redis.js";
import { createFallbackStore } from "../../src/rate-limits/fallback-store.js";
import { createMemoryStore } from "../../src/rate-limits/memory-store.js";
import { LoggableError } from "../../src/system/loggable-error.js";
import { systemRandom } from "../../src/system/random.js";
import { testClock } from "../support/clock.js";
import { type RedisServer, startRedis, startSentinel } from "../support/redis-server.js";
import { consumeTimes, passes, perHour } from "./stores.js";
import { inMemory, inRedis, PATIENT, watchedLog } from "./watched-log.js";

describe("limits in a Redis that Sentinels name", () => {
  let master: RedisServer;
  let sentinel: RedisServer;
  let log: ReturnType<typeof watchedLog>;
  const opened: { close(): void }[] = [];

  before(async () => {
    master = await startRedis("--requirepass", "of the master");
    sentinel = await startSentinel(
      `sentinel monitor limits 127.0.0.1 ${master.port} 1`,
      `sentinel auth-pass limits "of the master"`,
      `requirepass "of the sentinel"`,
    );
  });
  after(() => Promise.all([master.stop(), sentinel.stop()]));

  beforeEach(() => {
    log = watchedLog();
  });
  afterEach(() => {
    for (const each of opened.splice(0)) each.close();
  });

  function open(redisUrl: string) {
    const deps = { redisUrl, redisPrefix: "test:", random: systemRandom, logger: log.logger };
    const clock = testClock();
    const store = createFallbackStore({ ...deps, clock, memoryStore: createMemoryStore(clock) }, PATIENT);
    opened.push(store);
    return store;
  }

  const urlOf = (ports: number[], name: string, sentinelPassword: string) =>
    `redis+sentinel://:of%20the%20master@${ports.map((port) => `127.0.0.1:${port}`)}/${name}/1?sentinelPassword=${sentinelPassword}`;

  it("are shared, also if the first Sentinel is down", async () => {
    const stores = [1, 2].map(() => open(urlOf([1, sentinel.port], "limits", "of%20the%20sentinel")));
    const calls = Array.from({ length: 30 }, (_, i) => passes(stores[i % 2]!, [perHour("shared", 7)]));
    expect((await Promise.all(calls)).filter(Boolean)).to.have.length(7);
    expect(log.messages()).to.deep.equal([inRedis, inRedis]);
  });

  it("are kept in memory if no Sentinel names the master", async () => {
    for (const url of [
      urlOf([sentinel.port], "another", "of%20the%20sentinel"),
      urlOf([sentinel.port], "limits", "wrong"),
      urlOf([1], "limits", "of%20the%20sentinel"),
    ]) {
      expect(await consumeTimes(open(url), 2, [perHour("alone", 1)])).to.deep.equal([true, false]);
    }
    expect(log.messages()).to.deep.equal([inMemory, inMemory, inMemory]);
    expect(log.lines.map(({ reason }) => reason)).to.deep.equal(Array(3).fill("no Sentinel names a master"));
  });
});

describe("connectRedis", () => {
  const events = { ready: () => {}, failed: () => {}, closed: () => {} };

  it("throws before it connects if the certificates can't be read, and doesn't name the file", () => {
    const connect = () => connectRedis("rediss://127.0.0.1:1?ca=/missing/ca.pem", events);
    expect(connect).to.throw(LoggableError, "the file that REDIS_URL names as ca can't be read");
    expect(connect).not.to.throw("missing");
  });
});
