import { expect } from "chai";
import { createReadiness } from "../../src/http/readiness.js";

/** A database whose pings the test settles, and which counts them. */
function fakeDatabase() {
  const pings: ((error?: Error) => void)[] = [];
  return {
    asked: 0,
    settle: (error?: Error) => pings.shift()?.(error),
    ping(): Promise<void> {
      this.asked += 1;
      return new Promise((resolve, reject) => {
        pings.push((error) => (error ? reject(error) : resolve()));
      });
    },
  };
}

/** Timers fire in the order of their expiry: after this one, earlier timers of 0 and 1 ms have fired. */
function shortTimersFire(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 2));
}

const timings = { timeoutMs: 60_000, freshMs: 60_000 };

describe("readiness", () => {
  it("is ready while the database responds", async () => {
    const database = fakeDatabase();
    const check = createReadiness({ database }, timings).check();
    database.settle();

    expect(await check).to.equal(true);
  });

  it("is not ready while the database fails", async () => {
    const database = fakeDatabase();
    const check = createReadiness({ database }, timings).check();
    database.settle(new Error("no connection"));

    expect(await check).to.equal(false);
  });

  it("pings once for concurrent checks, and keeps the result for a while", async () => {
    const database = fakeDatabase();
    const readiness = createReadiness({ database }, timings);
    const checks = Array.from({ length: 100 }, () => readiness.check());
    database.settle();

    expect(await Promise.all([...checks, readiness.check()])).not.to.include(false);
    expect(database.asked).to.equal(1);
  });

  it("pings again when the result is old", async () => {
    const database = fakeDatabase();
    const readiness = createReadiness({ database }, { ...timings, freshMs: 0 });
    const first = readiness.check();
    database.settle(new Error("no connection"));
    await first;
    await shortTimersFire();
    const second = readiness.check();
    database.settle();

    expect(await second).to.equal(true);
  });

  it("waits no longer than its timeout, and does not ping again before the first ping ends", async () => {
    const database = fakeDatabase();
    const readiness = createReadiness({ database }, { timeoutMs: 5, freshMs: 0 });

    expect(await readiness.check()).to.equal(false);
    await shortTimersFire();
    expect(await readiness.check()).to.equal(false);
    expect(database.asked).to.equal(1);
  });

  it("is never ready again once stopped, even for a check under way", async () => {
    const database = fakeDatabase();
    const readiness = createReadiness({ database }, timings);
    const check = readiness.check();
    readiness.stop();
    database.settle();

    expect(await check).to.equal(false);
    expect(await readiness.check()).to.equal(false);
    expect(readiness.isEnding).to.equal(true);
  });

  it("stays ready when this process ends and others serve on", async () => {
    const database = fakeDatabase();
    const readiness = createReadiness({ database }, timings);
    readiness.retire();
    const check = readiness.check();
    database.settle();

    expect(await check).to.equal(true);
    expect(readiness.isEnding).to.equal(true);
  });
});
