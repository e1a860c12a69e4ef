import { expect } from "chai";
import { releaseMemory } from "../../src/system/release-memory.js";

describe("releaseMemory", () => {
  it("frees what nothing refers to, as often as it is called", async () => {
    for (let round = 0; round < 2; round += 1) {
      const unused = new WeakRef({ round });
      await releaseMemory();
      expect(unused.deref()).to.equal(undefined);
    }
  });
});
