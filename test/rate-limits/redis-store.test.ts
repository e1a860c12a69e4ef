import { expect } from "chai";
import { passes, perMinute, redisWindows, takeTimes } from "./stores.js";

describe("Redis windows", () => {
  let windows: ReturnType<typeof redisWindows>;
  beforeEach(() => {
    windows = redisWindows();
  });
  afterEach(() => windows.close());

  it("expire with their newest call", async () => {
    const { redis, prefix, stores } = windows;
    await stores[0].consume([perMinute("a", 2)]);
    await redis.pexpire(`${prefix}a`, 1_000);
    await stores[0].consume([perMinute("a", 2), { key: "b", limit: 1, seconds: 3600 }]);
    expect(await redis.pttl(`${prefix}a`)).to.be.within(50_000, 60_000);
    expect(await redis.pttl(`${prefix}b`)).to.be.within(3_590_000, 3_600_000);
  });

  it("hold no more calls than the limit", async () => {
    await takeTimes(windows.stores[0], 9, [perMinute("a", 3)]);
    expect(await windows.redis.llen(`${windows.prefix}a`)).to.equal(3);
  });

  it("count calls with one window and calls with several on the same keys", async () => {
    const [store] = windows.stores;
    expect(await passes(store, [perMinute("a", 2), perMinute("b", 2)])).to.equal(true);
    expect(await takeTimes(store, 2, [perMinute("a", 2)])).to.deep.equal([true, false]);
    expect(await passes(store, [perMinute("a", 2), perMinute("b", 2)])).to.equal(false);
    expect(await takeTimes(store, 2, [perMinute("b", 2)])).to.deep.equal([true, false]);
  });

  it("refuse until there is room again under a limit set lower than it was", async () => {
    const [store] = windows.stores;
    await takeTimes(store, 2, [perMinute("a", 4)]);
    await windows.advance(20);
    await takeTimes(store, 2, [perMinute("a", 4)]);
    const [count] = await store.consume([perMinute("a", 2)]);
    expect(count?.used).to.equal(3);
    expect(count?.resetMs).to.be.within(50_000, 60_000);
    await windows.advance(40);
    expect(await passes(store, [perMinute("a", 2)])).to.equal(false);
    await windows.advance(20);
    expect(await passes(store, [perMinute("a", 2)])).to.equal(true);
  });

  it("take one round trip a call", async () => {
    const { redis, prefix, stores } = windows;
    const monitor = await redis.monitor();
    const sent: string[] = [];
    monitor.on("monitor", (_time: string, args: string[], source: string) => {
      if (source !== "lua" && args.some((arg) => arg.startsWith(prefix))) sent.push(args[0]!.toLowerCase());
    });
    await stores[0].consume([perMinute("a", 2)]);
    await stores[0].consume([perMinute("a", 2), perMinute("b", 2)]);
    await stores[0].consume([perMinute("a", 2), perMinute("b", 2)]);
    const last = new Promise((resolve) =>
      monitor.on("monitor", (_time, [name]) => name === "echo" && resolve(name)),
    );
    await redis.echo("done");
    await last;
    monitor.disconnect();
    expect(sent).to.deep.equal(["eval", "eval", "evalsha"]);
  });

  it("go on when Redis has lost the script", async () => {
    const { redis, stores } = windows;
    const both = [perMinute("a", 5), perMinute("b", 5)];
    expect(await takeTimes(stores[0], 2, both)).to.deep.equal([true, true]);
    expect(await passes(stores[0], [perMinute("a", 5)])).to.equal(true);
    await redis.script("FLUSH");
    expect(await passes(stores[0], both)).to.equal(true);
    expect(await passes(stores[0], [perMinute("a", 5)])).to.equal(true);
    await redis.script("FLUSH");
    const calls = Array.from({ length: 20 }, () => passes(stores[0], [perMinute("c", 7)]));
    expect((await Promise.all(calls)).filter(Boolean)).to.have.length(7);
  });

  it("reject when Redis refuses", async () => {
    const { redis, prefix, stores } = windows;
    await redis.set(`${prefix}a`, "not a list");
    for (const others of [[], [perMinute("b", 1)]]) {
      const error = await stores[0]
        .consume([perMinute("a", 1), ...others])
        .catch((reason: unknown) => reason);
      expect(String(error)).to.contain("WRONGTYPE");
    }
  });
});
