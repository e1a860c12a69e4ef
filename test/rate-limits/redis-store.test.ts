import { expect } from "chai";
import { createRedisStore } from "../../src/rate-limits/redis-store.js";
import type { RateLimitStore } from "../../src/rate-limits/store.js";
import { systemRandom } from "../../src/system/random.js";
import { type Command, recordWrites } from "./recorded-writes.js";
import { consumeTimes, ofPhone, passes, perHour, redisStores, usagesOf } from "./stores.js";

describe("Redis store", () => {
  let test: ReturnType<typeof redisStores>;
  beforeEach(() => {
    test = redisStores();
  });
  afterEach(() => test.close());

  /** The keys of the script runs in each write. Fails for a run with more than one key. */
  const keysOf = (writes: Command[][]) =>
    writes.map((commands) =>
      commands.map(([name, , numberOfKeys, key]) => {
        expect(name).to.match(/^eval(sha)?$/);
        expect(numberOfKeys).to.equal("1");
        return key!.slice(test.prefix.length);
      }),
    );

  const entriesOf = (key: string) => test.redis.lrange(`${test.prefix}${key}`, 0, -1);

  it("expires a window with its newest call", async () => {
    const { redis, prefix, stores } = test;
    await stores[0].consume([perHour("a", 2)]);
    await redis.pexpire(`${prefix}a`, 600_000);
    await stores[0].consume([perHour("a", 2), { key: "b", limit: 1, seconds: 86_400 }]);
    expect(await redis.pttl(`${prefix}a`)).to.be.within(3_540_000, 3_600_000);
    expect(await redis.pttl(`${prefix}b`)).to.be.within(86_340_000, 86_400_000);
  });

  it("holds no more calls than the limit", async () => {
    await consumeTimes(test.stores[0], 9, [perHour("a", 3)]);
    expect(await entriesOf("a")).to.have.length(3);
  });

  it("counts calls with one window and calls with several on the same keys", async () => {
    const [store] = test.stores;
    expect(await passes(store, [perHour("a", 2), perHour("b", 2)])).to.equal(true);
    expect(await consumeTimes(store, 2, [perHour("a", 2)])).to.deep.equal([true, false]);
    expect(await passes(store, [perHour("a", 2), perHour("b", 2)])).to.equal(false);
    expect(await consumeTimes(store, 2, [perHour("b", 2)])).to.deep.equal([true, false]);
  });

  it("refuses until there is room again under a limit set lower than it was", async () => {
    const [store] = test.stores;
    await consumeTimes(store, 2, [perHour("a", 4)]);
    await test.advance(20);
    await consumeTimes(store, 2, [perHour("a", 4)]);
    const [usage] = await usagesOf(store, [perHour("a", 2)]);
    expect(usage?.used).to.equal(3);
    expect(usage?.resetMs).to.be.within(59 * 60_000, 60 * 60_000);
    await test.advance(40);
    expect(await passes(store, [perHour("a", 2)])).to.equal(false);
    await test.advance(20);
    expect(await passes(store, [perHour("a", 2)])).to.equal(true);
  });

  it("takes no more memory for a large limit, with ids or without", async () => {
    const [store] = test.stores;
    const wide = perHour("wide", 2_000);
    await Promise.all(Array.from({ length: 2_000 }, () => store.consume([wide])));
    expect(await entriesOf("wide")).to.have.length.within(1, 2);
    expect(await passes(store, [wide])).to.equal(false);
    const both = [perHour("a", 2_000), perHour("b", 5_000)];
    for (let minute = 0; minute < 40; minute += 1) {
      await Promise.all(Array.from({ length: 50 }, () => store.consume(both)));
      await test.advance(1);
    }
    for (const key of ["a", "b"]) expect(await entriesOf(key)).to.have.length.within(64, 64 + 101);
    expect(await passes(store, both)).to.equal(false);
  });

  it("gives back the charge of the refused call and no other", async () => {
    const [store] = test.stores;
    await passes(store, [perHour("full", 1)]);
    // The charges of all three calls are on their way before the second one learns that it is refused.
    const calls = [[perHour("a", 9)], [perHour("a", 9), perHour("full", 1)], [perHour("a", 9)]];
    const passed = await Promise.all(calls.map((windows) => passes(store, windows)));
    expect(passed).to.deep.equal([true, false, true]);
    // Only charges of calls with several windows have an id at the end.
    for (const entry of await entriesOf("a")) expect(entry).to.match(/^\d+:1:[12]:$/);
    expect(await entriesOf("a")).to.have.length(2);
  });

  it("gives back a charge that is no longer among the newest", async () => {
    const [first, second] = test.stores as [RateLimitStore, RateLimitStore];
    const wide = perHour("a", 10_000);
    await passes(first, [perHour("full", 1)]);
    const refused = passes(first, [wide, perHour("full", 1)]);
    const others = Array.from({ length: 500 }, (_, i) => passes(i % 2 ? first : second, [wide]));
    expect(await refused).to.equal(false);
    expect(await Promise.all(others)).not.to.include(false);
    const entries = await entriesOf("a");
    expect(entries[0]).to.match(/^\d+:\d+:500:$/);
    expect(entries.join()).not.to.match(/:\d+:\d+:\d/);
  });

  it("leaves no key behind for a window that only a refused call was charged to", async () => {
    const { redis, prefix, stores } = test;
    await passes(stores[0], [perHour("full", 1)]);
    expect(await passes(stores[0], [perHour("a", 5), perHour("full", 1)])).to.equal(false);
    expect(await redis.exists(`${prefix}a`)).to.equal(0);
  });

  it("continues when Redis has lost the script", async () => {
    const { redis, stores } = test;
    const both = [perHour("a", 5), perHour("b", 5)];
    expect(await consumeTimes(stores[0], 2, both)).to.deep.equal([true, true]);
    expect(await passes(stores[0], [perHour("a", 5)])).to.equal(true);
    await redis.script("FLUSH");
    expect(await passes(stores[0], both)).to.equal(true);
    expect(await passes(stores[0], [perHour("a", 5)])).to.equal(true);
    await redis.script("FLUSH");
    const calls = Array.from({ length: 20 }, () => passes(stores[0], [perHour("c", 7)]));
    expect((await Promise.all(calls)).filter(Boolean)).to.have.length(7);
  });

  it("rejects when the connection is closed", async () => {
    const { redis, stores } = test;
    await redis.ping();
    redis.disconnect();
    for (const others of [[], [perHour("b", 1)]]) {
      const error = await stores[0].consume([perHour("a", 1), ...others]).catch((reason: unknown) => reason);
      expect(String(error)).to.include("closed");
    }
  });

  describe("replaces a key that", () => {
    for (const [content, write] of [
      ["has another type", (key) => test.redis.set(key, "not a list")],
      ["is a list of another version", (key) => test.redis.rpush(key, "1700000000.5", "1700000000")],
    ] satisfies [string, (key: string) => Promise<unknown>][]) {
      it(`${content}, for all processes, and reports the name of the limit`, async () => {
        const { redis, prefix, stores } = test;
        const reported: string[] = [];
        const store = createRedisStore(redis, prefix, systemRandom, (name) => reported.push(name));
        const window = perHour("login:3600:192.0.2.7", 3);
        await write(`${prefix}${window.key}`);
        const windows = [window, perHour("b", 9)];
        expect(await passes(store, windows)).to.equal(true);
        expect(await consumeTimes(stores[1]!, 3, windows)).to.deep.equal([true, true, false]);
        const [usage] = await usagesOf(store, [window]);
        expect(usage?.resetMs).to.be.within(3_590_000, 3_600_000);
        expect(await redis.ttl(`${prefix}${window.key}`)).to.be.within(3_590, 3_600);
        expect(reported).to.deep.equal(["login"]);
      });

      it(`${content} when a call is given back, without an error`, async () => {
        const { prefix, stores } = test;
        const window = ofPhone("+1", "192.0.2.7", 1);
        const { giveBack } = await stores[0].consume([window]);
        await test.redis.del(`${prefix}${window.key}`);
        await write(`${prefix}${window.key}`);
        await giveBack();
        expect(await consumeTimes(stores[0], 2, [window])).to.deep.equal([true, false]);
      });
    }

    it("should tell that a number was cleared", async () => {
      const { redis, prefix, stores } = test;
      const reported: string[] = [];
      const store = createRedisStore(redis, prefix, systemRandom, (name) => reported.push(name));
      const window = ofPhone("+1", "192.0.2.7", 1);
      await redis.lpush(`${prefix}cleared:+1`, "not a string");
      expect(await consumeTimes(store, 2, [window])).to.deep.equal([true, false]);
      await stores[1]!.clear("+1");
      expect(await consumeTimes(store, 2, [window])).to.deep.equal([true, false]);
      expect(reported).to.deep.equal(["cleared"]);
    });
  });

  it("drops entries in a list that can't be read", async () => {
    const { redis, prefix, stores } = test;
    await consumeTimes(stores[0], 3, [perHour("a", 3)]);
    await redis.lset(`${prefix}a`, -1, "unreadable");
    expect(await consumeTimes(stores[0], 2, [perHour("a", 3)])).to.deep.equal([true, false]);
  });

  it("sends the windows of a call in one write, with one key in each script run", async () => {
    const { redis, stores } = test;
    await redis.ping();
    const writes = recordWrites(redis);
    await stores[0].consume([perHour("a", 3)]);
    await stores[0].consume([perHour("a", 3), perHour("b", 3)]);
    await stores[0].consume([perHour("a", 3), { key: "c", limit: 5, seconds: 3600 }, perHour("d", 3)]);
    expect(keysOf(writes)).to.deep.equal([["a"], ["a", "b"], ["a", "c", "d"]]);
  });

  it("sends the windows of a phone number in one write, too, with the question whether they were cleared", async () => {
    const { redis, stores } = test;
    await redis.ping();
    const writes = recordWrites(redis);
    await stores[0].consume([ofPhone("+1", "192.0.2.7", 3), perHour("a", 3)]);
    expect(writes.map((commands) => commands.map(([name]) => name))).to.deep.equal([
      ["get", "eval", "evalsha"],
    ]);
  });

  it("gives back in a second write what a refused call was charged", async () => {
    const { redis, stores } = test;
    await redis.ping();
    const writes = recordWrites(redis);
    await stores[0].consume([perHour("b", 1)]);
    await stores[0].consume([perHour("a", 3), perHour("b", 1), perHour("c", 3)]);
    await stores[0].consume([perHour("b", 1)]);
    expect(keysOf(writes)).to.deep.equal([["b"], ["a", "b", "c"], ["a", "c"], ["b"]]);
  });

  it("clears a number in one command, however many addresses have called for it", async () => {
    const { redis, stores } = test;
    for (let n = 0; n < 50; n += 1) await passes(stores[0], [ofPhone("+1", `192.0.2.${n}`, 1)]);
    const writes = recordWrites(redis);
    await stores[0].clear("+1");
    expect(writes.flat().map(([name]) => name)).to.deep.equal(["set"]);
    for (let n = 0; n < 50; n += 1) {
      expect(await passes(stores[0], [ofPhone("+1", `192.0.2.${n}`, 1)])).to.equal(true);
    }
  });

  it("clears the windows under its own prefix, whatever characters that has", async () => {
    const windows = [ofPhone("+1", "192.0.2.7", 1)];
    const prefixes = ["*", "?[a-z]\\", "b"].map((end) => `${test.prefix}${end}:`);
    const stores = prefixes.map((prefix) => createRedisStore(test.redis, prefix, systemRandom));
    for (const store of stores) await passes(store, windows);
    for (const [index, store] of stores.entries()) {
      await store.clear("+1");
      const passed = await Promise.all(stores.map((each) => passes(each, windows)));
      expect(passed).to.deep.equal(stores.map((_, other) => other === index));
    }
  });

  it("keeps no key for good", async () => {
    const { redis, prefix, stores } = test;
    await stores[0].clear("+1");
    await passes(stores[0], [ofPhone("+1", "192.0.2.7", 1)]);
    const keys = await redis.keys(`${prefix}*`);
    expect(keys).to.have.length(2);
    for (const key of keys) expect(await redis.ttl(key), key).to.be.within(1, 2 * 86_400);
  });

  it("remembers that a number was cleared for two days after each call, longer than any window", async () => {
    const { redis, prefix, stores } = test;
    const window = ofPhone("+1", "192.0.2.7", 1);
    await passes(stores[0], [window]);
    await stores[0].clear("+1");
    await redis.expire(`${prefix}cleared:+1`, 3600);
    expect(await consumeTimes(stores[0], 2, [window])).to.deep.equal([true, false]);
    expect(await redis.ttl(`${prefix}cleared:+1`)).to.be.within(2 * 86_400 - 3600, 2 * 86_400);
  });

  it("changes nothing when a give-back is repeated", async () => {
    const { redis, stores } = test;
    await redis.ping();
    const writes = recordWrites(redis);
    await stores[0].consume([perHour("full", 1)]);
    await stores[0].consume([perHour("a", 9), perHour("full", 1)]);
    const [name, ...args] = writes.at(-1)![0]!;
    await stores[0].consume([perHour("a", 9), perHour("b", 9)]);
    const entries = await entriesOf("a");
    expect(await redis.call(name!, ...args)).to.deep.equal([0, 0]);
    expect(await entriesOf("a")).to.deep.equal(entries);
    expect(entries).to.have.length(1);
  });
});
