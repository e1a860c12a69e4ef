import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import type { Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import {
  acquireDirectoryLock,
  DirectoryInUseError,
  findLockHolder,
} from "../../../src/db/embedded/directory-lock.js";
import { rejection } from "../../support/rejection.js";
import { startScript } from "../../support/script.js";

/** Longer than any test takes. */
const PATIENCE_MS = 60_000;

describe("directory lock", () => {
  let folder: string;
  const servers: Server[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "waterbill-lock-"));
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

  it("is held by the first process, which a refusal names", async () => {
    expect(await findLockHolder(folder)).to.equal(undefined);
    const address = await take();
    expect(await findLockHolder(folder)).to.deep.equal({ pid: process.pid, address });
    const refusal = await rejection(take());
    expect(refusal).to.be.instanceOf(DirectoryInUseError);
    expect((refusal as Error).message)
      .to.include(folder)
      .and.include(`process ${process.pid}`);
  });

  it("is inaccessible to other users of the machine", async () => {
    const address = await take();
    expect(statSync(address).mode & 0o777).to.equal(0o600);
  });

  it("passes to a waiting process when its holder closes", async () => {
    await take();
    const waiting = take(PATIENCE_MS);
    servers.shift()?.close();
    await waiting;
    expect(readdirSync(folder)).to.have.length(1);
  });

  it("is held by one at a time of many that try at once", async () => {
    let holders = 0;
    const visit = async () => {
      const { server } = await acquireDirectoryLock(folder, PATIENCE_MS, (socket) => socket.destroy());
      holders += 1;
      expect(holders).to.equal(1);
      // The time in which others would look at the sockets and find none.
      await delay(20);
      holders -= 1;
      server.close();
    };
    await Promise.all(Array.from({ length: 8 }, visit));
  });

  it("is free as soon as its holder is killed", async () => {
    const holder = await startScript("test/db/embedded/listener.ts", [folder]);
    expect(await holder.line()).to.equal("locked");
    expect(await findLockHolder(folder)).to.have.property("pid", holder.pid);
    await rejection(take());
    await holder.kill("SIGKILL");
    expect(readdirSync(folder)).to.have.length(1);
    await take();
    expect(readdirSync(folder)).to.have.length(1);
  });

  it("stays with a holder that is suspended", async () => {
    const holder = await startScript("test/db/embedded/listener.ts", [folder]);
    await holder.line();
    process.kill(holder.pid, "SIGSTOP");
    expect(await rejection(take())).to.be.instanceOf(DirectoryInUseError);
    await holder.kill("SIGKILL");
  });

  it("fails with an explanation when the folder's path is too long for a socket", async () => {
    const deep = join(folder, "d".repeat(100));
    mkdirSync(deep);
    expect(await rejection(acquireDirectoryLock(deep, 0, () => {})))
      .to.have.property("message")
      .that.includes("choose a shorter DATA_DIR");
  });
});
