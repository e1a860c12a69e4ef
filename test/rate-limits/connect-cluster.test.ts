import { expect } from "chai";
import { type Cluster, Command } from "ioredis";
import { connectRedis } from "../../src/rate-limits/connect-redis.js";
import { createFallbackStore, TIMINGS } from "../../src/rate-limits/fallback-store.js";
import { createMemoryStore } from "../../src/rate-limits/memory-store.js";
import { createRedisStore } from "../../src/rate-limits/redis-store.js";
import { systemRandom } from "../../src/system/random.js";
import { withTimeout } from "../../src/system/timeout.js";
import { testClock } from "../support/clock.js";
import { testKeyPrefix, testRedisUrl } from "../support/redis.js";
import { type RedisCluster, startRedisCluster } from "../support/redis-cluster.js";
import { recordWrites, type Command as Written } from "./recorded-writes.js";
import { consumeTimes, ofPhone, passes, perHour } from "./stores.js";
import { inMemory, inRedis, PATIENT, watchedLog } from "./watched-log.js";

const slotOf = (key: string) => new Command("get", [key]).getSlot();

describe("limits in a Redis Cluster", () => {
  let cluster: RedisCluster;
  let prefix: string;
  let log: ReturnType<typeof watchedLog>;
  const opened: { close(): void }[] = [];

  before(async function () {
    this.timeout(20_000);
    cluster = await startRedisCluster(2);
  });
  after(() => cluster.stop());

  beforeEach(() => {
    prefix = testKeyPrefix();
    log = watchedLog();
  });
  afterEach(() => {
    for (const each of opened.splice(0)) each.close();
  });

  function open({
    redisUrl = cluster.url,
    timings = PATIENT,
  }: {
    redisUrl?: string;
    timings?: typeof PATIENT;
  } = {}) {
    const deps = { redisUrl, redisPrefix: prefix, random: systemRandom, logger: log.logger };
    const clock = testClock();
    const store = createFallbackStore({ ...deps, clock, memoryStore: createMemoryStore(clock) }, timings);
    opened.push(store);
    return store;
  }

  /** Two stores, as two processes have them. */
  async function openTwo() {
    const stores = [open(), open()] as const;
    await log.reaches(2);
    return stores;
  }

  /** A client that has connected. */
  async function connect(): Promise<Cluster> {
    return new Promise((resolve, reject) => {
      const connection = connectRedis(cluster.url, {
        ready: () => resolve(connection.client as Cluster),
        failed: reject,
        closed: () => {},
      });
      opened.push(connection);
    });
  }

  /** The first keys that lie on the master with this index, without the prefix. */
  function keysOn(index: number, count: number): string[] {
    const keys = Array.from({ length: 1000 }, (_, n) => `key ${n}`);
    return keys.filter((key) => Math.floor((slotOf(prefix + key) * 2) / 16_384) === index).slice(0, count);
  }

  it("are exact for several processes, on every shard", async () => {
    const stores = await openTwo();
    const keys = [...keysOn(0, 5), ...keysOn(1, 5)];
    for (const key of keys) {
      const calls = Array.from({ length: 30 }, (_, i) => passes(stores[i % 2]!, [perHour(key, 7)]));
      expect((await Promise.all(calls)).filter(Boolean)).to.have.length(7);
    }
    for (const [index, { admin }] of cluster.masters.entries()) {
      const found = await admin.keys(`${prefix}key*`);
      expect(found.sort()).to.deep.equal(
        keysOn(index, 5)
          .map((key) => prefix + key)
          .sort(),
      );
    }
    expect(log.messages()).to.deep.equal([inRedis, inRedis]);
  });

  it("leave in one write to each node, with one key in each script run", async () => {
    const client = await connect();
    const store = createRedisStore(client, prefix, systemRandom);
    const keys = [keysOn(0, 2), keysOn(1, 1)] as const;
    await store.consume(keys.flat().map((key) => perHour(key, 1)));
    const writesTo = cluster.masters.map(({ server }) =>
      recordWrites(client.nodes("master").find(({ options }) => options.port === server.port)!),
    );
    await Promise.all([
      store.consume([...keys[0], ...keysOn(1, 2)].map((key) => perHour(key, 1))),
      store.consume([...keysOn(1, 2), keys[0][0]!].map((key) => perHour(key, 9))),
    ]);
    const scriptKeys = (commands: Written[]) => commands.map(([, , , key]) => key!.slice(prefix.length));
    const other = keysOn(1, 2)[1]!;
    expect(writesTo[0]!.map(scriptKeys)).to.deep.equal([[...keys[0], keys[0][0]!]]);
    // The first call is refused, and gives back what the one window with room was charged.
    expect(writesTo[1]!.map(scriptKeys)).to.deep.equal([[...keysOn(1, 2), ...keysOn(1, 2)], [other]]);
    for (const commands of writesTo.flat(2)) expect(commands[2]).to.equal("1");
  });

  it("are given back on one shard when a window on another refuses", async () => {
    const [store] = await openTwo();
    const [full, free] = [perHour(keysOn(0, 1)[0]!, 1), perHour(keysOn(1, 1)[0]!, 2)];
    expect(await passes(store, [full])).to.equal(true);
    for (let call = 0; call < 5; call += 1) expect(await passes(store, [free, full])).to.equal(false);
    expect(await consumeTimes(store, 3, [free])).to.deep.equal([true, true, false]);
  });

  it("are cleared for a number on every shard", async () => {
    const stores = await openTwo();
    const windows = Array.from({ length: 20 }, (_, n) => ofPhone("+1", `192.0.2.${n}`, 1));
    for (const window of windows) {
      expect(await consumeTimes(stores[0], 2, [window])).to.deep.equal([true, false]);
    }
    expect(await stores[1].clear("+1")).to.equal(true);
    for (const window of windows) {
      expect(await consumeTimes(stores[0], 2, [window])).to.deep.equal([true, false]);
    }
  });

  it("continue when a node has lost the script", async () => {
    const [store] = await openTwo();
    const windows = [...keysOn(0, 2), ...keysOn(1, 2)].map((key) => perHour(key, 2));
    expect(await passes(store, windows)).to.equal(true);
    for (const { admin } of cluster.masters) await admin.script("FLUSH");
    expect(await consumeTimes(store, 2, windows)).to.deep.equal([true, false]);
    expect(log.messages()).to.deep.equal([inRedis, inRedis]);
  });

  it("stay exact and in Redis while a slot moves", async () => {
    const stores = await openTwo();
    const [from, to] = cluster.masters as [(typeof cluster.masters)[0], (typeof cluster.masters)[0]];
    const moved = perHour(keysOn(0, 1)[0]!, 12);
    const stays = keysOn(0, 3)
      .slice(1)
      .map((key) => perHour(key, 100));
    const slot = slotOf(prefix + moved.key);
    let passed = 0;
    /** Calls of both processes at once, for the moving window together with others. */
    async function burst() {
      const calls = Array.from({ length: 6 }, (_, i) => passes(stores[i % 2]!, [moved, ...stays]));
      const results = await Promise.all(calls);
      passed += results.filter(Boolean).length;
    }
    const during = Array.from({ length: 2 }, burst);
    await to.admin.cluster("SETSLOT", slot, "IMPORTING", from.id);
    await from.admin.cluster("SETSLOT", slot, "MIGRATING", to.id);
    await Promise.all(during);
    expect(passed).to.equal(12);
    await from.admin.migrate("127.0.0.1", to.server.port, prefix + moved.key, 0, 1000);
    // ASK: the key has moved, the slot hasn't.
    await burst();
    await to.admin.cluster("SETSLOT", slot, "NODE", to.id);
    await from.admin.cluster("SETSLOT", slot, "NODE", to.id);
    // MOVED.
    await burst();
    await burst();
    expect(passed).to.equal(12);
    expect(log.messages()).to.deep.equal([inRedis, inRedis]);
  });

  it("are kept in memory while a node hangs, and in Redis when all respond", async () => {
    const store = open({ timings: TIMINGS });
    await log.reaches(1);
    const [lost, other] = keysOn(1, 2);
    cluster.masters[1]!.server.signal("SIGSTOP");
    expect(await withTimeout(1000, consumeTimes(store, 3, [perHour(lost!, 2)]))).to.deep.equal([
      true,
      true,
      false,
    ]);
    // The other node works, but limits are kept in one place.
    expect(await passes(store, [perHour(keysOn(0, 1)[0]!, 2)])).to.equal(true);
    expect(await cluster.masters[0]!.admin.keys(`${prefix}key*`)).to.deep.equal([]);
    cluster.masters[1]!.server.signal("SIGCONT");
    await withTimeout(4000, log.reaches(3));
    expect(await passes(store, [perHour(other!, 1)])).to.equal(true);
    expect(await cluster.masters[1]!.admin.llen(prefix + other!)).to.equal(1);
    expect(log.messages()).to.deep.equal([inRedis, inMemory, inRedis]);
    expect(log.lines[1]?.reason).to.equal("no response within 150 ms");
  }).timeout(10_000);

  it("are kept in memory while the cluster is down", async () => {
    const store = open();
    await log.reaches(1);
    const { admin } = cluster.masters[0]!;
    const [key] = keysOn(0, 1);
    await admin.cluster("DELSLOTS", 0);
    expect(await consumeTimes(store, 2, [perHour(key!, 1)])).to.deep.equal([true, false]);
    await admin.cluster("ADDSLOTS", 0);
    await log.reaches(3);
    expect(await passes(store, [perHour(key!, 1)])).to.equal(true);
    expect(log.messages()).to.deep.equal([inRedis, inMemory, inRedis]);
    expect(log.lines[1]?.reason).to.include("CLUSTERDOWN");
  });

  it("are kept in memory for good if REDIS_URL names one node, and the log says what to set", async () => {
    for (const { server } of cluster.masters) {
      const store = open({ redisUrl: server.url });
      expect(await consumeTimes(store, 2, [perHour("a", 1)])).to.deep.equal([true, false]);
    }
    expect(log.messages()).to.deep.equal([inMemory, inMemory]);
    expect(log.lines[0]?.reason).to.equal("REDIS_URL names a node of a cluster: use redis+cluster://");
  });

  it("are kept in memory if REDIS_URL names no cluster, and the log says what to set", async () => {
    const store = open({ redisUrl: testRedisUrl().replace("redis://", "redis+cluster://") });
    expect(await consumeTimes(store, 2, [perHour("a", 1)])).to.deep.equal([true, false]);
    expect(log.lines[0]?.reason).to.equal("REDIS_URL names no cluster: use redis://");
  });

  it("are kept in memory without a cluster", async () => {
    const store = open({ redisUrl: "redis+cluster://127.0.0.1:1,127.0.0.1:2", timings: TIMINGS });
    expect(await consumeTimes(store, 2, [perHour("a", 1)])).to.deep.equal([true, false]);
    expect(log.messages()).to.deep.equal([inMemory]);
  });
});
