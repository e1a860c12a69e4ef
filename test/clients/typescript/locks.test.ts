import { setImmediate as nextTurn } from "node:timers/promises";
import { expect } from "chai";
import { createLock, type WebLocks } from "../../../clients/typescript/src/locks.js";
import { memoryStore } from "../../../clients/typescript/src/token-store.js";

describe("the TypeScript client's lock of several tabs", () => {
  /** A lock that other tabs have, whose patience ends when the test says so. */
  function heldLock() {
    let wake = () => {};
    const locks: WebLocks & { holder: string } = {
      holder: "one",
      request: (_name, { signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason));
        }),
      query: async () => ({ held: [{ name: "session:refresh", clientId: locks.holder }] }),
    };
    const clock = {
      now: () => 0,
      sleep: () =>
        new Promise<void>((resolve) => {
          wake = resolve;
        }),
    };
    const store = { ...memoryStore(), lockName: "session" };
    const lock = createLock({ store, locks, clock }, "refresh");
    const losePatience = async () => {
      wake();
      await nextTurn();
    };
    return { locks, lock, losePatience };
  }

  it("is waited for while tabs pass it on, and ignored once one of them keeps it", async () => {
    const { locks, lock, losePatience } = heldLock();
    let runs = 0;
    const work = lock(async () => {
      runs += 1;
    });
    await nextTurn();
    for (const holder of ["two", "three"]) {
      locks.holder = holder;
      await losePatience();
      expect(runs).to.equal(0);
    }
    await losePatience();
    await work;
    expect(runs).to.equal(1);
  });
});
