import { expect } from "chai";
import { Redis } from "ioredis";
import { createFallbackStore } from "../../src/rate-limits/fallback-store.js";
import { createMemoryStore } from "../../src/rate-limits/memory-store.js";
import { systemRandom } from "../../src/system/random.js";
import { withTimeout } from "../../src/system/timeout.js";
import { testClock } from "../support/clock.js";
import { type RedisServer, startRedis } from "../support/redis-server.js";
import { consumeTimes, ofPhone, passes, perHour } from "./stores.js";
import { inMemory, inRedis, PATIENT, watchedLog } from "./watched-log.js";

const notCleared = "Redis does not work: it keeps the limits of a number that were to be cleared";

/** Keeps this process from running, as a busy machine does. */
function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

describe("fallback store", () => {
  let server: RedisServer;
  let log: ReturnType<typeof watchedLog>;
  let admin: Redis;
  const opened: ReturnType<typeof createFallbackStore>[] = [];

  function open(timings?: typeof PATIENT, redisUrl = server.url) {
    const store = createFallbackStore(
      {
        redisUrl,
        redisPrefix: "test:",
        memoryStore: createMemoryStore(testClock()),
        clock: testClock(),
        random: systemRandom,
        logger: log.logger,
      },
      timings,
    );
    opened.push(store);
    return store;
  }

  /** A store that has connected. */
  async function opening(timings?: typeof PATIENT) {
    const store = open(timings);
    await log.reaches(1);
    return store;
  }

  /** Makes `times` calls at once. Returns how many pass. */
  async function burst(store: ReturnType<typeof open>, times: number, key: string, limit: number) {
    const calls = Array.from({ length: times }, () => passes(store, [perHour(key, limit)]));
    return (await Promise.all(calls)).filter(Boolean).length;
  }

  /** Makes Redis refuse writes, and keep what it has. */
  const refuseWrites = () => admin.config("SET", "min-replicas-to-write", "1");
  const acceptWrites = () => admin.config("SET", "min-replicas-to-write", "0");

  before(async () => {
    server = await startRedis();
  });
  after(() => server.stop());

  beforeEach(() => {
    log = watchedLog();
    admin = new Redis(server.url);
    admin.on("error", () => {});
  });
  afterEach(() => {
    for (const store of opened.splice(0)) store.close();
    admin.disconnect();
  });

  it("holds the first calls until the connection is made", async () => {
    const stores = [open(PATIENT), open(PATIENT)];
    const calls = Array.from({ length: 30 }, (_, i) => passes(stores[i % 2]!, [perHour("first", 5)]));
    expect((await Promise.all(calls)).filter(Boolean)).to.have.length(5);
    expect(log.messages()).to.deep.equal([inRedis, inRedis]);
  });

  it("counts in memory without a Redis and logs it once", async () => {
    const store = open(PATIENT, "redis://127.0.0.1:1");
    expect(await consumeTimes(store, 4, [perHour("a", 3)])).to.deep.equal([true, true, true, false]);
    expect(log.messages()).to.deep.equal([inMemory]);
    expect(log.lines[0]).to.include({ level: 40 });
    expect(log.lines[0]?.reason).to.include("ECONNREFUSED");
  });

  it("counts in memory when Redis is stopped, and in Redis within two seconds after it is back", async () => {
    const store = await opening(PATIENT);
    expect(await burst(store, 10, "stopped", 15)).to.equal(10);
    await server.halt();
    expect(await burst(store, 100, "stopped", 15)).to.equal(15);
    expect(await burst(store, 100, "stopped", 15)).to.equal(0);
    await server.resume();
    await withTimeout(2000, log.reaches(3));
    expect(await burst(store, 100, "stopped", 15)).to.equal(15);
    expect(await admin.llen("test:stopped")).to.equal(15);
    expect(log.messages()).to.deep.equal([inRedis, inMemory, inRedis]);
  });

  it("counts in memory when Redis hangs, and in Redis within two seconds after it resumes", async () => {
    const store = await opening();
    server.signal("SIGSTOP");
    expect(await withTimeout(1000, burst(store, 100, "hung", 15))).to.equal(15);
    const inFirstTurn = new Promise((resolve) => setImmediate(() => resolve("still waits for Redis")));
    expect(await Promise.race([burst(store, 100, "hung", 15), inFirstTurn])).to.equal(0);
    server.signal("SIGCONT");
    await withTimeout(2000, log.reaches(3));
    expect(log.messages()).to.deep.equal([inRedis, inMemory, inRedis]);
    expect(log.lines[1]?.reason).to.equal("no response within 150 ms");
  });

  it("starts in memory when Redis hangs, and counts in Redis when it resumes", async () => {
    server.signal("SIGSTOP");
    const store = open();
    expect(await withTimeout(1500, passes(store, [perHour("late", 5)]))).to.equal(true);
    expect(log.messages()).to.deep.equal([inMemory]);
    server.signal("SIGCONT");
    await withTimeout(2000, log.reaches(2));
    expect(log.messages()).to.deep.equal([inMemory, inRedis]);
  });

  it("waits for Redis while its own process is busy", async () => {
    const store = await opening();
    const call = store.consume([perHour("busy", 5)]);
    // Longer than every timeout of a connection.
    pause(1200);
    await call;
    expect(await admin.llen("test:busy")).to.equal(1);
    expect(log.messages()).to.deep.equal([inRedis]);
  });

  it("waits for the connection while its own process is busy", async () => {
    const store = open();
    const call = store.consume([perHour("starting", 5)]);
    // Each turn of the event loop takes longer than a connection may take to be made, all turns longer than the start.
    for (let turn = 0; turn < 2; turn++) {
      pause(550);
      await new Promise(setImmediate);
    }
    await call;
    expect(await admin.llen("test:starting")).to.equal(1);
    expect(log.messages()).to.deep.equal([inRedis]);
  });

  it("counts in memory while Redis replies but refuses writes", async () => {
    const store = await opening(PATIENT);
    await refuseWrites();
    expect(await burst(store, 20, "refused", 5)).to.equal(5);
    expect(await burst(store, 20, "refused", 5)).to.equal(0);
    expect(log.lines[1]?.reason).to.include("NOREPLICAS");
    await acceptWrites();
    await withTimeout(2000, log.reaches(3));
    expect(log.messages()).to.deep.equal([inRedis, inMemory, inRedis]);
  });

  it("stays in Redis when a key holds something else, and logs that once a minute without its subject", async () => {
    const store = await opening(PATIENT);
    for (const key of ["login:3600:192.0.2.7", "login:3600:192.0.2.8"]) {
      await admin.set(`test:${key}`, "not a list");
      expect(await burst(store, 20, key, 5)).to.equal(5);
      expect(await admin.llen(`test:${key}`)).to.equal(5);
    }
    expect(log.messages()).to.deep.equal([
      inRedis,
      "a key in Redis held something else than a limit: it was replaced",
    ]);
    expect(log.lines[1]).to.include({ level: 40, limit: "login" });
    expect(JSON.stringify(log.lines)).not.to.include("192.0.2");
  });

  it("counts from zero in an emptied Redis", async () => {
    const store = await opening(PATIENT);
    expect(await burst(store, 10, "emptied", 3)).to.equal(3);
    await admin.flushall();
    await admin.script("FLUSH");
    expect(await burst(store, 10, "emptied", 3)).to.equal(3);
    expect(log.messages()).to.deep.equal([inRedis]);
  });

  it("clears a number in Redis for all processes, and in the memory of its own", async () => {
    const stores = [open(PATIENT), open(PATIENT)] as const;
    const window = ofPhone("all", "192.0.2.7", 1);
    await log.reaches(2);
    await refuseWrites();
    for (const store of stores) expect(await passes(store, [window])).to.equal(true);
    await acceptWrites();
    await log.reaches(6);
    expect(await consumeTimes(stores[1], 2, [window])).to.deep.equal([true, false]);
    expect(await stores[0].clear("all")).to.equal(true);
    expect(await consumeTimes(stores[1], 2, [window])).to.deep.equal([true, false]);
    await refuseWrites();
    expect(await passes(stores[0], [window])).to.equal(true);
    expect(await passes(stores[1], [window])).to.equal(false);
    await acceptWrites();
  });

  it("clears a number in memory alone while Redis does not work, and says so", async () => {
    const store = await opening(PATIENT);
    const window = ofPhone("alone", "192.0.2.7", 1);
    expect(await passes(store, [window])).to.equal(true);
    await refuseWrites();
    await passes(store, [perHour("another", 1)]);
    expect(await consumeTimes(store, 2, [window])).to.deep.equal([true, false]);
    expect(await store.clear("alone")).to.equal(false);
    expect(await passes(store, [window])).to.equal(true);
    await acceptWrites();
    await log.reaches(4);
    expect(log.messages()).to.deep.equal([inRedis, inMemory, notCleared, inRedis]);
    expect(await passes(store, [window])).to.equal(false);
    expect(await store.clear("alone")).to.equal(true);
    expect(await passes(store, [window])).to.equal(true);
  });

  it("fails nobody when Redis refuses or hangs while a number is cleared", async () => {
    const patient = await opening(PATIENT);
    await refuseWrites();
    expect(await patient.clear("refused")).to.equal(false);
    expect(log.messages()).to.deep.equal([inRedis, inMemory, notCleared]);
    await acceptWrites();
    patient.close();
    const store = open();
    await log.reaches(4);
    server.signal("SIGSTOP");
    expect(await withTimeout(1000, store.clear("hung"))).to.equal(false);
    server.signal("SIGCONT");
  });

  it("gives a call back where it was counted, unless Redis has failed since", async () => {
    const store = await opening(PATIENT);
    const window = ofPhone("given back", "192.0.2.7", 1);
    await (await store.consume([window])).giveBack();
    const countedInRedis = await store.consume([window]);
    expect(await passes(store, [window])).to.equal(false);
    await refuseWrites();
    await passes(store, [perHour("another", 1)]);
    await (await store.consume([window])).giveBack();
    const countedInMemory = await store.consume([window]);
    await countedInRedis.giveBack();
    expect(await passes(store, [window])).to.equal(false);
    await acceptWrites();
    await log.reaches(3);
    await countedInMemory.giveBack();
    expect(await passes(store, [window])).to.equal(false);
    await countedInRedis.giveBack();
    expect(await passes(store, [window])).to.equal(true);
  });

  it("fails nobody when Redis fails while it gives a call back", async () => {
    const store = await opening(PATIENT);
    const window = ofPhone("refused", "192.0.2.7", 1);
    const { giveBack } = await store.consume([window]);
    await refuseWrites();
    await giveBack();
    expect(log.messages()).to.deep.equal([inRedis, inMemory]);
    await acceptWrites();
  });

  it("counts in memory after it is closed", async () => {
    const store = await opening(PATIENT);
    store.close();
    expect(await burst(store, 5, "closed", 3)).to.equal(3);
    expect(log.messages()).to.deep.equal([inRedis]);
  });
});
