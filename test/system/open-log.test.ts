import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { type LogSettings, openLog } from "../../src/system/open-log.js";

describe("the log of a process", () => {
  const folder = mkdtempSync(join(tmpdir(), "waterbill-log-"));
  after(() => rmSync(folder, { recursive: true }));

  /** What a log has when its process ends. `atOnce` is what it had before. */
  async function linesOf(
    format: LogSettings["format"],
    terminal: { isTTY?: boolean; hasColors?(): boolean } = {},
  ): Promise<{ atOnce: string; text: string }> {
    const file = join(folder, "log");
    // It stays open: nothing tells the output that its file is closed, and it writes for as long as the process runs.
    const fd = openSync(file, "w");
    const exits: (() => void)[] = [];
    const place = { stdout: { fd, ...terminal }, onExit: (flush: () => void) => void exits.push(flush) };
    const logger = await openLog({ level: "info", format }, place, { worker: 3 });
    logger.debug("not shown");
    logger.info({ port: 8000 }, "serving");
    const atOnce = readFileSync(file, "utf8");
    for (const flush of exits) flush();
    return { atOnce, text: readFileSync(file, "utf8") };
  }
  const terminal = { isTTY: true, hasColors: () => true };

  it("is JSON where no person reads it", async () => {
    const { text } = await linesOf(null);
    expect(JSON.parse(text)).to.include({ level: 30, worker: 3, port: 8000, msg: "serving" });
  });

  it("is pretty on a terminal, and there at once", async () => {
    const { atOnce, text } = await linesOf(null, terminal);
    expect(atOnce).to.equal(text);
    expect(text)
      .to.include("\u001b[32mINFO")
      .and.match(/worker 3: serving /);
  });

  it("has no colors where the terminal has none, or NO_COLOR is set", async () => {
    const { text } = await linesOf(null, { ...terminal, hasColors: () => false });
    expect(text).to.match(/^\[[\d:.]+\] INFO: worker 3: serving port=8000\n$/);
  });

  it("has the format that LOG_FORMAT demands, wherever it goes", async () => {
    expect((await linesOf("pretty")).text).to.match(/^\[[\d:.]+\] INFO: worker 3: serving port=8000\n$/);
    expect(JSON.parse((await linesOf("json", terminal)).text)).to.include({ msg: "serving" });
  });
});
