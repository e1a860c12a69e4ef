import { expect } from "chai";
import { createReadiness } from "../../src/http/readiness.js";

/** A database that answers when the test says so, and counts how often it is asked. */
function fakeDatabase() {
  const answers: ((error?: Error) => void)[] = [];
  return {
    asked: 0,
    answer: (error?: Error) => answers.shift()?.(error),
    ping(): Promise<void> {
      this.asked += 1;
      return new Promise((resolve, reject) => {
        answers.push((error) => (error ? reject(error) : resolve()));
      });
    },
  };
}

/** Timers fire in the order of their ends: after this one, those of 0 and 1 ms set earlier are over. */
function shortTimersFire(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 2));
}

const timings = { timeoutMs: 60_000, freshMs: 60_000 };

describe("readiness", () => {
  it("is there while the database answers", async () => {
    const database = fakeDatabase();
    const check = createReadiness({ database }, timings).check();
    database.answer();

    expect(await check).to.equal(true);
  });

  it("is not there while the database fails", async () => {
    const database = fakeDatabase();
    const check = createReadiness({ database }, timings).check();
    database.answer(new Error("no connection"));

    expect(await check).to.equal(false);
  });

  it("asks once for all that come at the same time, and holds the answer for a while", async () => {
    const database = fakeDatabase();
    const readiness = createReadiness({ database }, timings);
    const checks = Array.from({ length: 100 }, () => readiness.check());
    database.answer();

    expect(await Promise.all([...checks, readiness.check()])).to.not.include(false);
    expect(database.asked).to.equal(1);
  });

  it("asks again when the answer is old", async () => {
    const database = fakeDatabase();
    const readiness = createReadiness({ database }, { ...timings, freshMs: 0 });
    const first = readiness.check();
    database.answer(new Error("no connection"));
    await first;
    await shortTimersFire();
    const second = readiness.check();
    database.answer();

    expect(await second).to.equal(true);
  });

  it("waits no longer than it has patience, and does not ask again before the first question ends", async () => {
    const database = fakeDatabase();
    const readiness = createReadiness({ database }, { timeoutMs: 5, freshMs: 0 });

    expect(await readiness.check()).to.equal(false);
    await shortTimersFire();
    expect(await readiness.check()).to.equal(false);
    expect(database.asked).to.equal(1);
  });

  it("is gone for good once stopped, even for a check under way", async () => {
    const database = fakeDatabase();
    const readiness = createReadiness({ database }, timings);
    const check = readiness.check();
    readiness.stop();
    database.answer();

    expect(await check).to.equal(false);
    expect(await readiness.check()).to.equal(false);
    expect(readiness.isStopped).to.equal(true);
  });
});
