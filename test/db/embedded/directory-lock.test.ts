import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import type { Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import {
  acquireDirectoryLock,
  DirectoryInUseError,
  findLockHolder,
} from "../../../src/db/embedded/directory-lock.js";
import { rejection } from "../../support/rejection.js";
import { startScript } from "../../support/script.js";

describe("ownership", () => {
  let folder: string;
  const servers: Server[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "waterbill-owner-"));
  });
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
    rmSync(folder, { recursive: true });
  });

  async function take(patience = 0): Promise<string> {
    const { server, address } = await acquireDirectoryLock(folder, patience, (socket) => socket.destroy());
    servers.push(server);
    return address;
  }

  it("goes to the first, and names the owner to others", async () => {
    expect(await findLockHolder(folder)).to.equal(undefined);
    const address = await take();
    expect(await findLockHolder(folder)).to.deep.equal({ pid: process.pid, address });
    const refusal = await rejection(take());
    expect(refusal).to.be.instanceOf(DirectoryInUseError);
    expect((refusal as Error).message)
      .to.contain(folder)
      .and.to.contain(`process ${process.pid}`);
  });

  it("shuts out other users of the machine", async () => {
    const address = await take();
    expect(statSync(address).mode & 0o777).to.equal(0o600);
  });

  it("is free again when the owner closes, and who waits gets it", async () => {
    await take();
    const waiting = take(5000);
    servers.shift()?.close();
    await waiting;
    expect(readdirSync(folder)).to.have.length(1);
  });

  it("goes to exactly one of many that ask at once", async () => {
    for (let round = 0; round < 3; round++) {
      const results = await Promise.allSettled(Array.from({ length: 8 }, () => take(1000)));
      expect(results.filter((result) => result.status === "fulfilled")).to.have.length(1);
      for (const server of servers.splice(0)) server.close();
    }
  });

  it("is free at once when the owner was killed", async () => {
    const owner = await startScript("test/db/embedded/listener.ts", [folder]);
    expect(await owner.line()).to.equal("owner");
    expect(await findLockHolder(folder)).to.have.property("pid", owner.pid);
    await rejection(take());
    await owner.kill("SIGKILL");
    expect(readdirSync(folder)).to.have.length(1);
    await take();
    expect(readdirSync(folder)).to.have.length(1);
  });

  it("stays with an owner that is stopped for a while", async () => {
    const owner = await startScript("test/db/embedded/listener.ts", [folder]);
    await owner.line();
    process.kill(owner.pid, "SIGSTOP");
    expect(await rejection(take())).to.be.instanceOf(DirectoryInUseError);
    await owner.kill("SIGKILL");
  });

  it("says so when the folder's path is too long for a socket", async () => {
    const deep = join(folder, "d".repeat(100));
    mkdirSync(deep);
    expect(await rejection(acquireDirectoryLock(deep, 0, () => {})))
      .to.have.property("message")
      .that.contains("choose a shorter DATA_DIR");
  });
});
