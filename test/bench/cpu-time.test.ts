import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { machineCpuMs, parentOf, parseStat, treeCpuMs, treeRssMb } from "../../bench/measure/cpu-time.js";

const program = fileURLToPath(new URL("burn-cpu.mjs", import.meta.url));

describe("the CPU time of the benchmark", () => {
  it("is read from a line whose program has brackets and spaces in its name", () => {
    const line = `42 (a) b (c) S 7 42 42 0 -1 4194304 100 200 0 0 12 34 56 78 20 0 1 0 1000 0 0`;
    expect(parseStat(line)).to.deep.equal({ pid: 42, parent: 7, ownMs: 460, endedChildrenMs: 1340 });
  });

  it("of the machine is all but that of waiting, and what other machines take", () => {
    expect(machineCpuMs("cpu  1 2 4 1000 1000 8 16 32 64 128\ncpu0 9 9 9 9\n")).to.equal(630);
    const before = machineCpuMs();
    const start = process.cpuUsage();
    while (process.cpuUsage(start).user < 100_000);
    expect(machineCpuMs() - before).to.be.greaterThan(70);
  });

  describe("of a process", () => {
    let child: ChildProcessByStdio<Writable, Readable, null>;

    before(() => {
      child = spawn(process.execPath, [program], { stdio: ["pipe", "pipe", "inherit"] });
    });

    after(async () => {
      const gone = once(child, "exit");
      child.stdin.end();
      await gone;
    });

    for (const way of ["a thread", "an ended child", "a living child"]) {
      it(`has that of ${way}`, async () => {
        const before = treeCpuMs(child.pid!);
        child.stdin.write(`${way}\n`);
        const [used] = await once(child.stdout, "data");
        const more = treeCpuMs(child.pid!) - before;
        // Ended children and threads count in steps of 10 ms.
        expect(more).to.be.greaterThan(Number(used) - 20);
      });
    }

    it("doesn't have that of its parent", async () => {
      const before = treeCpuMs(child.pid!);
      const start = process.cpuUsage();
      while (process.cpuUsage(start).user < 100_000);
      expect(treeCpuMs(child.pid!) - before).to.be.lessThan(50);
    });

    it("comes with its parent and its memory", () => {
      expect(parentOf(child.pid!)).to.equal(process.pid);
      expect(treeRssMb(child.pid!)).to.be.within(20, 500);
    });
  });

  it("is none for a process that has ended", () => {
    expect(treeCpuMs(2 ** 22 + 1)).to.equal(0);
    expect(parentOf(2 ** 22 + 1)).to.deep.equal(Number.NaN);
  });
});
