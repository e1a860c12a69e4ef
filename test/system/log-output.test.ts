import { expect } from "chai";
import { startScript } from "../support/script.js";

const run = (...args: string[]) => startScript("test/support/logging-script.ts", args);

describe("the output of the log", () => {
  for (const way of ["by itself", "exit", "error"]) {
    it(`has every line of a process that ends: ${way}`, async () => {
      const script = await run(way);
      expect(await script.line()).to.include('"first"');
      expect(await script.line()).to.include('"second"');
      expect(await script.line()).to.equal(undefined);
    });
  }

  it("has every line before a process is killed, if it was not written just then", async () => {
    const script = await run("stay");
    expect(await script.line()).to.include('"first"');
    expect(await script.line()).to.include('"second"');
    await script.kill("SIGKILL");
  });
});
