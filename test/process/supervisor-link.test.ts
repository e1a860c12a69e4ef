import type { Worker } from "node:cluster";
import { EventEmitter } from "node:events";
import { expect } from "chai";
import { linkToSupervisor } from "../../src/process/supervisor-link.js";
import { rejection } from "../support/rejection.js";

describe("a worker's link to its supervisor", () => {
  /** A worker of node:cluster whose supervisor the test plays. */
  function start() {
    const reports: unknown[] = [];
    let isConnected = true;
    const worker = Object.assign(new EventEmitter(), {
      exitedAfterDisconnect: false,
      isConnected: () => isConnected,
      send: (message: unknown) => void reports.push(message),
      disconnect: () => void reports.push("disconnects"),
    });
    return {
      worker,
      reports,
      link: linkToSupervisor(worker as unknown as Worker),
      die() {
        isConnected = false;
        worker.emit("disconnect");
      },
    };
  }

  it("reports, waits for its orders and leaves", async () => {
    const { worker, reports, link } = start();
    const reasons: string[] = [];
    const prepared = link.prepared();
    worker.emit("message", "listen");
    await prepared;
    link.serving();
    link.onRetire((reason) => reasons.push(reason));
    worker.emit("message", "retire");
    link.leave();
    expect(reports).to.deep.equal(["prepared", "serving", "disconnects"]);
    expect(reasons).to.deep.equal(["replaced"]);
    expect(worker.exitedAfterDisconnect).to.equal(true);
  });

  it("fails to start, and does not wait for its port, when the supervisor has ended", async () => {
    const { link, die } = start();
    const prepared = rejection(link.prepared());
    const lost = rejection(link.lost);
    die();
    expect(await prepared).to.have.property("message", "The supervisor of this worker has ended.");
    expect(await lost).to.be.an("error");
  });

  it("retires when the supervisor ends, or has ended before", () => {
    for (const isBefore of [true, false]) {
      const { reports, link, die } = start();
      const reasons: string[] = [];
      if (isBefore) die();
      link.onRetire((reason) => reasons.push(reason));
      if (!isBefore) die();
      link.serving();
      link.leave();
      expect(reasons).to.deep.equal(["supervisor ended"]);
      expect(reports).to.deep.equal([]);
    }
  });

  it("survives a message that its supervisor does not get any more", () => {
    const { worker } = start();
    worker.emit("error", new Error("write EPIPE"));
  });
});
