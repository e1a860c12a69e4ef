import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect } from "chai";
import { createMemoryStore } from "../../src/rate-limits/memory-store.js";
import { testClock } from "../support/clock.js";
import { passes, perMinute } from "./stores.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** The heap in use after a garbage collection. */
function heapMiB(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

describe("memory store", () => {
  it("drops the least recently used keys when there are too many, and keeps those in use", async () => {
    const store = createMemoryStore(testClock(), 5_000);
    const [inUse, idle] = [perMinute("in use", 2), perMinute("idle", 1)];
    await passes(store, [inUse]);
    await passes(store, [inUse]);
    await passes(store, [idle]);
    for (let i = 0; i < 1_000; i++) {
      await passes(store, [perMinute(`flood ${i}`, 1)]);
      expect(await passes(store, [inUse])).to.equal(false);
    }
    expect(await passes(store, [idle])).to.equal(true);
  });

  it("counts the calls of a key towards its capacity", async () => {
    const store = createMemoryStore(testClock(), 1_000);
    const idle = perMinute("idle", 1);
    await passes(store, [idle]);
    for (let key = 0; key < 9; key += 1) {
      for (let i = 0; i < 80; i++) await passes(store, [perMinute(`busy ${key}`, 80)]);
    }
    expect(await passes(store, [idle])).to.equal(true);
  });

  it("takes no more for a key with a large limit, however many calls it has", async () => {
    const clock = testClock();
    const store = createMemoryStore(clock, 1_000);
    const idle = perMinute("idle", 1);
    await passes(store, [idle]);
    for (let i = 0; i < 5_000; i++) {
      expect(await passes(store, [perMinute("busy", 5_000)])).to.equal(true);
      if (i % 100 === 0) clock.advance(0.6);
    }
    expect(await passes(store, [perMinute("busy", 5_000)])).to.equal(false);
    expect(await passes(store, [idle])).to.equal(false);
  });

  /** The windows of a ResendCode for the number `n`, from an address. */
  const resend = (address: string, n: number) => [
    { key: `resend_code:86400:${n}@${address}`, limit: 5, seconds: 86_400, chosenBy: address },
  ];

  it("keeps the counts of others when an address calls for 60,000 numbers", async () => {
    const store = createMemoryStore(testClock());
    const login = perMinute("login:60:192.0.2.7", 1);
    await passes(store, [login]);
    for (let call = 0; call < 5; call += 1) await passes(store, resend("192.0.2.7", 0));
    for (let n = 1; n <= 60_000; n += 1) await passes(store, resend("198.51.100.1", n));
    expect(await passes(store, [login])).to.equal(false);
    expect(await passes(store, resend("192.0.2.7", 0))).to.equal(false);
  });

  it("takes at most 2 MiB for an address that calls for 60,000 numbers", async () => {
    const store = createMemoryStore(testClock());
    const before = heapMiB();
    for (let n = 0; n < 60_000; n += 1) await passes(store, resend("198.51.100.1", n));
    expect(heapMiB() - before).to.be.below(2);
    // The store is still in use: what it holds was not collected.
    await passes(store, resend("198.51.100.1", 0));
  });

  it("keeps the counts of addresses when many of them call for numbers", async () => {
    const store = createMemoryStore(testClock(), 20_000);
    const login = perMinute("login:60:192.0.2.7", 1);
    await passes(store, [login]);
    for (let n = 0; n < 5_000; n += 1) await passes(store, resend(`198.51.100.${n % 250}`, n));
    expect(await passes(store, [login])).to.equal(false);
  });

  it("counts a number again for an address that has called for more than a thousand others", async () => {
    const store = createMemoryStore(testClock());
    for (let call = 0; call < 5; call += 1) await passes(store, resend("192.0.2.7", 0));
    for (let n = 1; n < 1_000; n += 1) await passes(store, resend("192.0.2.7", n));
    expect(await passes(store, resend("192.0.2.7", 0))).to.equal(false);
    await passes(store, resend("192.0.2.7", 1_000));
    expect(await passes(store, resend("192.0.2.7", 0))).to.equal(true);
  });

  it("counts the numbers of an address from zero when they were cleared", async () => {
    const store = createMemoryStore(testClock());
    const numbered = (n: number) => resend("192.0.2.7", n).map((window) => ({ ...window, phone: `${n}` }));
    for (let n = 0; n < 1_000; n += 1) await passes(store, numbered(n));
    await store.clear("0");
    for (let call = 0; call < 5; call += 1) await passes(store, numbered(1));
    await passes(store, numbered(1_000));
    expect(await passes(store, numbered(1))).to.equal(false);
    for (let call = 0; call < 5; call += 1) expect(await passes(store, numbered(0))).to.equal(true);
  });

  it("neither frees nor locks anybody when the system's time is set", async () => {
    const clock = testClock();
    const store = createMemoryStore(clock);
    await passes(store, [perMinute("a", 1)]);
    for (const time of ["2031-01-01T00:00:00Z", "2001-01-01T00:00:00Z"]) {
      clock.set(time);
      expect(await passes(store, [perMinute("a", 1)]), time).to.equal(false);
    }
    clock.advance(60);
    expect(await passes(store, [perMinute("a", 1)])).to.equal(true);
  });
});
