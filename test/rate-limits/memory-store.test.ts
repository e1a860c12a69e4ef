import { expect } from "chai";
import { createMemoryStore } from "../../src/rate-limits/memory-store.js";
import { testClock } from "../support/clock.js";
import { passes, perMinute } from "./stores.js";

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
    for (let i = 0; i < 940; i++) await passes(store, [perMinute("busy", 2_000)]);
    expect(await passes(store, [idle])).to.equal(true);
  });
});
