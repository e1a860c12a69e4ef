import { expect } from "chai";
import type { SlidingWindow } from "../../src/rate-limits/store.js";
import { seededRandom } from "../support/seeded-random.js";
import {
  consumeTimes,
  memoryStores,
  ofPhone,
  passes,
  perHour,
  redisStores,
  type TestStores,
  usagesOf,
} from "./stores.js";

for (const [place, make] of [
  ["memory", memoryStores],
  ["Redis", redisStores],
] as const) {
  describe(`sliding windows in ${place}`, () => {
    let test: TestStores;
    beforeEach(() => {
      test = make();
    });
    afterEach(() => test.close());

    it("lets as many calls pass as the limit allows and refuses the next", async () => {
      const [store] = test.stores;
      expect(await consumeTimes(store, 4, [perHour("a", 3)])).to.deep.equal([true, true, true, false]);
    });

    it("counts each key separately", async () => {
      const [store] = test.stores;
      expect(await consumeTimes(store, 2, [perHour("a", 1)])).to.deep.equal([true, false]);
      expect(await passes(store, [perHour("b", 1)])).to.equal(true);
    });

    it("returns how much is used and when the oldest call leaves", async () => {
      const [store] = test.stores;
      await store.consume([perHour("a", 2)]);
      await test.advance(20);
      const [second] = await usagesOf(store, [perHour("a", 2)]);
      expect(second?.used).to.equal(2);
      expect(second?.resetMs).to.be.within(39 * 60_000, 40 * 60_000);
      await test.advance(5);
      const [refused] = await usagesOf(store, [perHour("a", 2)]);
      expect(refused?.used).to.equal(3);
      expect(refused?.resetMs).to.be.within(34 * 60_000, 35 * 60_000);
    });

    it("lets no more than the limit pass in any span of an hour", async () => {
      const [store] = test.stores;
      const login = [perHour("login", 15)];
      await passes(store, login);
      await test.advance(50);
      expect(await consumeTimes(store, 15, login)).to.deep.equal([...Array(14).fill(true), false]);
      await test.advance(11);
      expect(await consumeTimes(store, 2, login)).to.deep.equal([true, false]);
      await test.advance(49.5);
      expect(await consumeTimes(store, 15, login)).to.deep.equal([...Array(14).fill(true), false]);
    });

    it("drops exactly the calls that have left", async () => {
      const [store] = test.stores;
      for (let left = 0; left <= 6; left++) {
        const window = [perHour(`key ${left}`, 100)];
        for (let i = 0; i < 6; i++) {
          await store.consume(window);
          await test.advance(5);
        }
        await test.advance(30 + 5 * left - 2.5);
        const [usage] = await usagesOf(store, window);
        expect(usage?.used).to.equal(6 - left + 1);
      }
    });

    it("lets no more than a large limit pass in any span of an hour, and almost as many", async () => {
      const [store] = test.stores;
      const random = seededRandom("large limit");
      const window = [perHour("a", 150)];
      const passedAt: number[] = [];
      let minute = 0;
      for (let burst = 0; burst < 60; burst += 1) {
        const passed = (await consumeTimes(store, random.integer(60), window)).filter(Boolean).length;
        passedAt.push(...Array<number>(passed).fill(minute));
        const pause = 1 + random.integer(14);
        await test.advance(pause);
        minute += pause;
      }
      const inHourUntil = (end: number) => passedAt.filter((at) => at > end - 60 && at <= end).length;
      for (let end = 0; end < minute; end += 1) expect(inHourUntil(end)).to.be.at.most(150);
      // Calls leave up to a hundredth of an hour late.
      await test.advance(60.6);
      expect(await consumeTimes(store, 151, window)).to.deep.equal([...Array(150).fill(true), false]);
    });

    it("never makes a caller wait who stays below a large limit", async () => {
      const [store] = test.stores;
      const window = [perHour("a", 240)];
      for (let minute = 0; minute < 90; minute += 1) {
        expect(await consumeTimes(store, 3, window)).to.deep.equal([true, true, true]);
        await test.advance(1);
      }
    });

    it("records no refused calls, so waiting as long as told is enough", async () => {
      const [store] = test.stores;
      await passes(store, [perHour("a", 1)]);
      await test.advance(30);
      expect(await consumeTimes(store, 20, [perHour("a", 1)])).not.to.include(true);
      await test.advance(30);
      expect(await passes(store, [perHour("a", 1)])).to.equal(true);
    });

    it("takes nothing from the other windows of a refused call", async () => {
      const [store] = test.stores;
      const [ip, phone] = [perHour("ip", 5), perHour("phone", 3)];
      expect(await consumeTimes(store, 10, [ip, phone])).to.deep.equal([
        ...Array(3).fill(true),
        ...Array(7).fill(false),
      ]);
      expect(await consumeTimes(store, 3, [ip])).to.deep.equal([true, true, false]);
    });

    it("takes nothing from an earlier window when a later one refuses", async () => {
      const [store] = test.stores;
      await consumeTimes(store, 1, [perHour("phone", 1)]);
      await consumeTimes(store, 9, [perHour("ip", 2), perHour("phone", 1)]);
      expect(await consumeTimes(store, 3, [perHour("ip", 2)])).to.deep.equal([true, true, false]);
    });

    it("returns which windows refuse a call", async () => {
      const [store] = test.stores;
      await store.consume([perHour("phone", 1)]);
      const usages = await usagesOf(store, [perHour("ip", 5), perHour("phone", 1)]);
      expect(usages.map(({ used }) => used)).to.deep.equal([0, 2]);
    });

    it("counts one call in windows of two lengths", async () => {
      const [store] = test.stores;
      const resend = [perHour("r:hour", 1), { key: "r:day", limit: 5, seconds: 86_400 }];
      for (let i = 0; i < 5; i++) {
        expect(await consumeTimes(store, 2, resend)).to.deep.equal([true, false]);
        await test.advance(60);
      }
      expect(await passes(store, resend)).to.equal(false);
      await test.advance((24 - 5) * 60);
      expect(await passes(store, resend)).to.equal(true);
    });

    it("lets exactly as many of 100 concurrent calls pass as one window has room for", async () => {
      const calls = Array.from({ length: 100 }, (_, i) => {
        return passes(test.stores[i % test.stores.length]!, [perHour("a", 15)]);
      });
      expect((await Promise.all(calls)).filter(Boolean)).to.have.length(15);
    });

    it("lets exactly as many of 100 concurrent calls pass as the narrower of two windows has room for", async () => {
      const [ip, phone] = [perHour("ip", 20), perHour("phone", 7)];
      const calls = Array.from({ length: 100 }, (_, i) => {
        return passes(test.stores[i % test.stores.length]!, i % 2 ? [ip, phone] : [phone, ip]);
      });
      expect((await Promise.all(calls)).filter(Boolean)).to.have.length(7);
      expect(await consumeTimes(test.stores[0], 14, [ip])).to.deep.equal([...Array(13).fill(true), false]);
    });

    it("charges exactly the calls that pass when 100 concurrent calls have three windows each", async () => {
      const address = perHour("address", 40);
      const phones = Array.from({ length: 10 }, (_, i) => perHour(`phone ${i}`, 3));
      const days = Array.from({ length: 4 }, (_, i) => ({ key: `day ${i}`, limit: 8, seconds: 86_400 }));
      const callsByKey = new Map<string, number>();
      const calls = Array.from({ length: 100 }, async (_, i) => {
        const windows = rotate([address, phones[i % phones.length]!, days[i % days.length]!], i);
        if (!(await passes(test.stores[i % test.stores.length]!, windows))) return;
        for (const { key } of windows) callsByKey.set(key, (callsByKey.get(key) ?? 0) + 1);
      });
      await Promise.all(calls);
      expect(callsByKey.get("address")).to.be.at.least(1);
      for (const window of [address, ...phones, ...days]) {
        const passed = callsByKey.get(window.key) ?? 0;
        expect(passed, window.key).to.be.at.most(window.limit);
        // A window is as used as the calls that passed, so exactly that many more pass before it is full.
        const rest = await consumeTimes(test.stores[0], window.limit - passed + 1, [window]);
        expect(rest, window.key).to.deep.equal([...Array(window.limit - passed).fill(true), false]);
      }
    });

    it("clears the windows of a number at every address, and those of no other", async () => {
      const addresses = ["192.0.2.7", "198.51.100.1", "2001:db8::/64"];
      const [first] = test.stores;
      const last = test.stores.at(-1)!;
      const others = [ofPhone("+2", "192.0.2.7", 1), perHour("ip", 1)];
      for (const window of [...addresses.map((address) => ofPhone("+1", address, 1)), ...others]) {
        expect(await consumeTimes(last, 2, [window]), window.key).to.deep.equal([true, false]);
      }
      await first.clear("+1");
      for (const address of addresses) {
        const windows = [ofPhone("+1", address, 1), perHour(`ip ${address}`, 9)];
        expect(await consumeTimes(last, 2, windows), address).to.deep.equal([true, false]);
      }
      for (const window of others) expect(await passes(last, [window]), window.key).to.equal(false);
    });

    it("clears a number's windows as often as it is told to", async () => {
      const last = test.stores.at(-1)!;
      const window = ofPhone("+1", "192.0.2.7", 2);
      for (let round = 0; round < 3; round += 1) {
        await test.stores[0].clear("+1");
        expect(await consumeTimes(last, 3, [window])).to.deep.equal([true, true, false]);
      }
    });

    it("gives a call back in the windows that count a number, and in no other", async () => {
      const [store] = test.stores;
      const [ip, hour] = [perHour("ip", 6), ofPhone("+1", "192.0.2.7", 2)];
      const day = { ...hour, key: "resend_code:86400:+1@192.0.2.7", seconds: 86_400, limit: 3 };
      await passes(store, [ip, hour, day]);
      for (let call = 2; call <= 4; call += 1) {
        const { usages, giveBack } = await store.consume([ip, hour, day]);
        expect(usages.map(({ used }) => used)).to.deep.equal([call, 2, 2]);
        await giveBack();
      }
      expect(await consumeTimes(store, 2, [ip, hour, day])).to.deep.equal([true, false]);
      expect(await consumeTimes(store, 2, [day])).to.deep.equal([true, false]);
      expect(await consumeTimes(store, 2, [ip])).to.deep.equal([true, false]);
    });

    it("gives back the only window of a call", async () => {
      const [store] = test.stores;
      const window = ofPhone("+1", "192.0.2.7", 1);
      await (await store.consume([window])).giveBack();
      expect(await consumeTimes(store, 2, [window])).to.deep.equal([true, false]);
    });

    it("gives a call back once, and a refused one not at all", async () => {
      const [store] = test.stores;
      const window = ofPhone("+1", "192.0.2.7", 3);
      const first = await store.consume([window]);
      expect(await consumeTimes(store, 2, [window])).to.deep.equal([true, true]);
      const refused = await store.consume([window]);
      for (const { giveBack } of [refused, first, first, refused]) await giveBack();
      expect(await consumeTimes(store, 2, [window])).to.deep.equal([true, false]);
    });

    it("gives back nothing in windows that began after the call was charged", async () => {
      const [store] = test.stores;
      const window = ofPhone("+1", "192.0.2.7", 2);
      const { giveBack } = await store.consume([window]);
      await store.clear("+1");
      await consumeTimes(store, 2, [window]);
      await giveBack();
      expect(await passes(store, [window])).to.equal(false);
    });

    it("never lets more than the limit pass while every third of 100 concurrent calls is given back", async () => {
      const windows = [perHour("ip", 1000), ofPhone("+1", "192.0.2.7", 7)];
      let passed = 0;
      const calls = Array.from({ length: 100 }, async (_, i) => {
        const store = test.stores[i % test.stores.length]!;
        const { usages, giveBack } = await store.consume(windows);
        if (usages.some(({ used }, at) => used > windows[at]!.limit)) return;
        if (i % 3 === 0) await giveBack();
        else passed += 1;
      });
      await Promise.all(calls);
      expect(passed).to.be.at.most(7);
      const rest = await consumeTimes(test.stores[0], 7 - passed + 1, windows);
      expect(rest).to.deep.equal([...Array(7 - passed).fill(true), false]);
    });

    it("never lets more than the limit pass while refused calls are given back", async () => {
      const [wide, narrow] = [perHour("wide", 5), perHour("narrow", 1)];
      await passes(test.stores[0], [narrow]);
      const calls = Array.from({ length: 100 }, (_, i) => {
        return passes(test.stores[i % test.stores.length]!, i % 2 === 0 ? [wide] : [wide, narrow]);
      });
      const passed = (await Promise.all(calls)).filter(Boolean).length;
      expect(passed).to.be.at.most(5);
      const rest = await consumeTimes(test.stores[0], 5 - passed + 1, [wide]);
      expect(rest).to.deep.equal([...Array(5 - passed).fill(true), false]);
    });
  });
}

/** `windows` starting at another one, so that calls charge them in different orders. */
function rotate(windows: readonly SlidingWindow[], by: number): SlidingWindow[] {
  const start = by % windows.length;
  return [...windows.slice(start), ...windows.slice(0, start)];
}
