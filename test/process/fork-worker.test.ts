import { expect } from "chai";
import { forkWorker } from "../../src/process/fork-worker.js";

describe("a forked worker", () => {
  it("has ended if no process can be made", async () => {
    const { execPath } = process;
    process.execPath = "/nowhere/node";
    try {
      const worker = forkWorker();
      expect(await worker.hasReported("prepared")).to.equal(false);
      expect(await worker.exited).to.deep.equal({ code: null, signal: null });
      worker.kill("SIGTERM");
      worker.order("retire");
    } finally {
      process.execPath = execPath;
    }
  });
});
