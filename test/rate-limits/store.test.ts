import { expect } from "chai";
import { memoryWindows, passes, perMinute, redisWindows, type TestWindows, takeTimes } from "./stores.js";

for (const [place, make] of [
  ["memory", memoryWindows],
  ["Redis", redisWindows],
] as const) {
  describe(`windows in ${place}`, () => {
    let windows: TestWindows;
    beforeEach(() => {
      windows = make();
    });
    afterEach(() => windows.close());

    it("let as many calls through as the limit says and refuse the next", async () => {
      const [store] = windows.stores;
      expect(await takeTimes(store, 4, [perMinute("a", 3)])).to.deep.equal([true, true, true, false]);
    });

    it("count each key for itself", async () => {
      const [store] = windows.stores;
      expect(await takeTimes(store, 2, [perMinute("a", 1)])).to.deep.equal([true, false]);
      expect(await passes(store, [perMinute("b", 1)])).to.equal(true);
    });

    it("say how much is used and how long the oldest call stays", async () => {
      const [store] = windows.stores;
      await store.consume([perMinute("a", 2)]);
      await windows.advance(20);
      const [second] = await store.consume([perMinute("a", 2)]);
      expect(second?.used).to.equal(2);
      expect(second?.resetMs).to.be.within(35_000, 40_000);
      await windows.advance(5);
      const [refused] = await store.consume([perMinute("a", 2)]);
      expect(refused?.used).to.equal(3);
      expect(refused?.resetMs).to.be.within(30_000, 35_000);
    });

    it("let no more than the limit through in any minute, wherever it begins", async () => {
      const [store] = windows.stores;
      const login = [perMinute("login", 15)];
      await passes(store, login);
      await windows.advance(50);
      expect(await takeTimes(store, 15, login)).to.deep.equal([...Array(14).fill(true), false]);
      await windows.advance(11);
      expect(await takeTimes(store, 2, login)).to.deep.equal([true, false]);
      await windows.advance(49.5);
      expect(await takeTimes(store, 15, login)).to.deep.equal([...Array(14).fill(true), false]);
    });

    it("forget exactly the calls that have left", async () => {
      const [store] = windows.stores;
      for (let left = 0; left <= 6; left++) {
        const window = [perMinute(`key ${left}`, 100)];
        for (let i = 0; i < 6; i++) {
          await store.consume(window);
          await windows.advance(5);
        }
        await windows.advance(30 + 5 * left - 2.5);
        const [count] = await store.consume(window);
        expect(count?.used).to.equal(6 - left + 1);
      }
    });

    it("keep nothing of refused calls: waiting as long as told is enough", async () => {
      const [store] = windows.stores;
      await passes(store, [perMinute("a", 1)]);
      await windows.advance(30);
      expect(await takeTimes(store, 20, [perMinute("a", 1)])).to.not.include(true);
      await windows.advance(30);
      expect(await passes(store, [perMinute("a", 1)])).to.equal(true);
    });

    it("take nothing from the other windows of a refused call", async () => {
      const [store] = windows.stores;
      const [ip, phone] = [perMinute("ip", 5), perMinute("phone", 3)];
      expect(await takeTimes(store, 10, [ip, phone])).to.deep.equal([
        ...Array(3).fill(true),
        ...Array(7).fill(false),
      ]);
      expect(await takeTimes(store, 3, [ip])).to.deep.equal([true, true, false]);
    });

    it("take nothing from an earlier window when a later one refuses", async () => {
      const [store] = windows.stores;
      await takeTimes(store, 1, [perMinute("phone", 1)]);
      await takeTimes(store, 9, [perMinute("ip", 2), perMinute("phone", 1)]);
      expect(await takeTimes(store, 3, [perMinute("ip", 2)])).to.deep.equal([true, true, false]);
    });

    it("say of a refused call which windows refuse it", async () => {
      const [store] = windows.stores;
      await store.consume([perMinute("phone", 1)]);
      const counts = await store.consume([perMinute("ip", 5), perMinute("phone", 1)]);
      expect(counts.map(({ used }) => used)).to.deep.equal([0, 2]);
    });

    it("count one call in two spans", async () => {
      const [store] = windows.stores;
      const resend = [perMinute("r:60", 1), { key: "r:86400", limit: 5, seconds: 86_400 }];
      for (let i = 0; i < 5; i++) {
        expect(await takeTimes(store, 2, resend)).to.deep.equal([true, false]);
        await windows.advance(60);
      }
      expect(await passes(store, resend)).to.equal(false);
      await windows.advance(86_400 - 5 * 60);
      expect(await passes(store, resend)).to.equal(true);
    });

    it("let exactly as many of 100 calls at once through as one window has room for", async () => {
      const calls = Array.from({ length: 100 }, (_, i) => {
        return passes(windows.stores[i % windows.stores.length]!, [perMinute("a", 15)]);
      });
      expect((await Promise.all(calls)).filter(Boolean)).to.have.length(15);
    });

    it("let exactly as many of 100 calls at once through as the narrower of two windows has room for", async () => {
      const [ip, phone] = [perMinute("ip", 20), perMinute("phone", 7)];
      const calls = Array.from({ length: 100 }, (_, i) => {
        return passes(windows.stores[i % windows.stores.length]!, i % 2 ? [ip, phone] : [phone, ip]);
      });
      expect((await Promise.all(calls)).filter(Boolean)).to.have.length(7);
      expect(await takeTimes(windows.stores[0], 14, [ip])).to.deep.equal([...Array(13).fill(true), false]);
    });
  });
}
