import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
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

  it("mixes no lines of processes that write to one pipe, however slowly it is read", async () => {
    const script = '"$0" --import tsx test/support/logging-script.ts many';
    const child = spawn(
      "sh",
      ["-c", `(${script} & ${script} & ${script} & wait) | dd bs=512 status=none`, process.execPath],
      {
        stdio: ["ignore", "pipe", "inherit"],
        env: { ...process.env, NODE_V8_COVERAGE: "" },
      },
    );
    let lines = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      if (line === "") continue;
      lines += 1;
      expect(() => JSON.parse(line), line).not.to.throw();
    }
    expect(lines).to.equal(3 * 4002);
  });
});
