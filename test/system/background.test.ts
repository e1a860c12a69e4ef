import { expect } from "chai";
import { createBackground } from "../../src/system/background.js";

const never = 100_000_000;

describe("background", () => {
  it("starts waiting jobs when it is drained, and waits for all of them", async () => {
    const background = createBackground({
      nextDelay: () => never,
      limit: 10,
      concurrency: 4,
      onFailure: () => {},
    });
    const done: number[] = [];
    for (const job of [1, 2]) background.run(async () => void done.push(job));
    expect(done).to.deep.equal([]);
    await background.drain();
    expect(done).to.deep.equal([1, 2]);
  });

  it("waits for jobs that other jobs have started", async () => {
    const background = createBackground({
      nextDelay: () => never,
      limit: 10,
      concurrency: 4,
      onFailure: () => {},
    });
    let done = false;
    background.run(async () => {
      background.run(async () => {
        done = true;
      });
    });
    await background.drain();
    expect(done).to.equal(true);
  });

  it("accepts no more jobs than its limit", async () => {
    const background = createBackground({
      nextDelay: () => never,
      limit: 2,
      concurrency: 4,
      onFailure: () => {},
    });
    const job = async () => {};
    expect([background.run(job), background.run(job), background.run(job)]).to.deep.equal([
      true,
      true,
      false,
    ]);
    await background.drain();
    expect(background.run(job)).to.equal(true);
    await background.drain();
  });

  it("runs no more jobs at once than its concurrency", async () => {
    const background = createBackground({
      nextDelay: () => 0,
      limit: 100,
      concurrency: 3,
      onFailure: () => {},
    });
    let running = 0;
    let most = 0;
    for (let index = 0; index < 20; index += 1) {
      background.run(async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise(setImmediate);
        running -= 1;
      });
    }
    await background.drain();
    expect(most).to.equal(3);
    expect(running).to.equal(0);
  });

  it("reports a failure and continues", async () => {
    const failures: unknown[] = [];
    const background = createBackground({
      nextDelay: () => 0,
      limit: 10,
      concurrency: 4,
      onFailure: (error) => failures.push(error),
    });
    const error = new Error("no");
    background.run(() => Promise.reject(error));
    await background.drain();
    expect(failures).to.deep.equal([error]);
  });
});
