import { expect } from "chai";
import { Redis } from "ioredis";
import { createLimiter, type Limiter } from "../../src/rate-limits/limiter.js";
import { createLogger } from "../../src/system/logger.js";
import { systemRandom } from "../../src/system/random.js";
import { testClock } from "../support/clock.js";
import { type RedisServer, startRedis } from "../support/redis-server.js";
import { perMinute } from "./stores.js";

interface Line {
  level: number;
  msg: string;
  reason?: string;
}

const inRedis = "limits are kept in Redis";
const inMemory = "Redis does not work: limits are kept in the memory of this process";

/** A log whose lines a test can wait for. */
function watchedLog() {
  const lines: Line[] = [];
  let arrived = () => {};
  const logger = createLogger("info", {
    write(text) {
      lines.push(JSON.parse(text) as Line);
      arrived();
    },
  });
  return {
    logger,
    lines,
    messages: () => lines.map(({ msg }) => msg),
    /** Resolves once there are `count` lines. */
    async reaches(count: number): Promise<void> {
      while (lines.length < count) {
        await new Promise<void>((resolve) => {
          arrived = resolve;
        });
      }
    },
  };
}

describe("fallback store", () => {
  let server: RedisServer;
  let log: ReturnType<typeof watchedLog>;
  let limiter: Limiter;
  let admin: Redis;

  const open = (redisUrl = server.url) =>
    createLimiter({ clock: testClock(), random: systemRandom, logger: log.logger, redisUrl });

  /** Makes `times` calls at once. Returns how many pass and how long the slowest takes, in milliseconds. */
  async function burst(times: number, key: string, limit: number) {
    const begin = performance.now();
    const verdicts = await Promise.all(
      Array.from({ length: times }, () => limiter.consume([perMinute(key, limit)])),
    );
    return { passed: verdicts.filter(({ allowed }) => allowed).length, took: performance.now() - begin };
  }

  async function secondsUntil(count: number): Promise<number> {
    const begin = performance.now();
    await log.reaches(count);
    return (performance.now() - begin) / 1000;
  }

  before(async () => {
    server = await startRedis();
  });
  after(() => server.stop());

  beforeEach(async () => {
    log = watchedLog();
    limiter = open();
    await log.reaches(1);
    admin = new Redis(server.url);
    admin.on("error", () => {});
  });
  afterEach(() => {
    limiter.close();
    admin.disconnect();
  });

  it("holds the first calls until the connection is made", async () => {
    const others = [open(), open()];
    const calls = Array.from({ length: 30 }, (_, i) => others[i % 2]!.consume([perMinute("first", 5)]));
    const passed = (await Promise.all(calls)).filter(({ allowed }) => allowed);
    for (const other of others) other.close();
    expect(passed).to.have.length(5);
    expect(log.messages()).to.deep.equal([inRedis, inRedis, inRedis]);
  });

  it("counts in memory without a Redis and logs it once", async () => {
    const alone = open("redis://127.0.0.1:1");
    const verdicts = [];
    for (let i = 0; i < 4; i++) verdicts.push((await alone.consume([perMinute("a", 3)])).allowed);
    alone.close();
    expect(verdicts).to.deep.equal([true, true, true, false]);
    expect(log.messages()).to.deep.equal([inRedis, inMemory]);
    expect(log.lines[1]).to.include({ level: 40 });
    expect(log.lines[1]?.reason).to.include("ECONNREFUSED");
  });

  it("counts in memory when Redis is stopped, and in Redis when it is back", async () => {
    expect((await burst(10, "stopped", 15)).passed).to.equal(10);
    await server.halt();
    expect(await burst(100, "stopped", 15)).to.have.property("passed", 15);
    expect((await burst(100, "stopped", 15)).passed).to.equal(0);
    await server.resume();
    expect(await secondsUntil(3)).to.be.below(2);
    expect((await burst(100, "stopped", 15)).passed).to.equal(15);
    expect(await admin.llen("waterbill:limits:stopped")).to.equal(15);
    expect(log.messages()).to.deep.equal([inRedis, inMemory, inRedis]);
  });

  it("counts in memory when Redis hangs, and in Redis when it resumes", async () => {
    server.signal("SIGSTOP");
    const first = await burst(100, "hung", 15);
    expect(first.passed).to.equal(15);
    expect(first.took).to.be.below(1_000);
    const second = await burst(100, "hung", 15);
    expect(second.passed).to.equal(0);
    expect(second.took, "no longer waits for Redis").to.be.below(120);
    server.signal("SIGCONT");
    expect(await secondsUntil(3)).to.be.below(2);
    expect((await burst(10, "woken", 5)).passed).to.equal(5);
    expect(await admin.llen("waterbill:limits:woken")).to.equal(5);
    expect(log.messages()).to.deep.equal([inRedis, inMemory, inRedis]);
    expect(log.lines[1]?.reason).to.equal("no response within 150 ms");
  });

  it("starts in memory when Redis hangs, and counts in Redis when it resumes", async () => {
    server.signal("SIGSTOP");
    const late = open();
    const begin = performance.now();
    expect((await late.consume([perMinute("late", 5)])).allowed).to.equal(true);
    expect(performance.now() - begin).to.be.below(1_500);
    expect(log.messages()).to.deep.equal([inRedis, inMemory]);
    server.signal("SIGCONT");
    expect(await secondsUntil(3)).to.be.below(2);
    late.close();
    expect(log.messages()).to.deep.equal([inRedis, inMemory, inRedis]);
  });

  it("waits for Redis while its own process is busy", async () => {
    const call = limiter.consume([perMinute("busy", 5)]);
    const begin = performance.now();
    while (performance.now() - begin < 400);
    await call;
    expect(await admin.llen("waterbill:limits:busy")).to.equal(1);
    expect(log.messages()).to.deep.equal([inRedis]);
  });

  it("waits for the connection while its own process is busy", async () => {
    const starting = open();
    const verdict = starting.consume([perMinute("starting", 5)]);
    // Each turn of the event loop takes longer than a connection may take to be made, all turns longer than the start.
    for (let turn = 0; turn < 2; turn++) {
      const begin = performance.now();
      while (performance.now() - begin < 550);
      await new Promise(setImmediate);
    }
    await verdict;
    starting.close();
    expect(await admin.llen("waterbill:limits:starting")).to.equal(1);
    expect(log.messages()).to.deep.equal([inRedis, inRedis]);
  });

  it("counts in memory while Redis replies but refuses writes", async () => {
    await admin.config("SET", "min-replicas-to-write", "1");
    expect((await burst(20, "refused", 5)).passed).to.equal(5);
    expect((await burst(20, "refused", 5)).passed).to.equal(0);
    expect(log.lines[1]?.reason).to.include("NOREPLICAS");
    await admin.config("SET", "min-replicas-to-write", "0");
    expect(await secondsUntil(3)).to.be.below(2);
    expect(log.messages()).to.deep.equal([inRedis, inMemory, inRedis]);
  });

  it("counts from zero in an emptied Redis", async () => {
    expect((await burst(10, "emptied", 3)).passed).to.equal(3);
    await admin.flushall();
    await admin.script("FLUSH");
    expect((await burst(10, "emptied", 3)).passed).to.equal(3);
    expect(log.messages()).to.deep.equal([inRedis]);
  });

  it("counts in memory after it is closed", async () => {
    limiter.close();
    expect((await burst(5, "closed", 3)).passed).to.equal(3);
    expect(log.messages()).to.deep.equal([inRedis]);
  });
});
