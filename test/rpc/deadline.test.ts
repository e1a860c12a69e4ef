import { Code, ConnectError } from "@connectrpc/connect";
import { expect } from "chai";
import { deadlineAfter, untilAborted } from "../../src/rpc/deadline.js";
import { rejection } from "../support/rejection.js";

const never = new Promise<never>(() => {});

describe("deadlineAfter", () => {
  it("watches only the client when there is no deadline, or one beyond the longest timer", () => {
    const { signal } = new AbortController();
    const client = () => signal;
    for (const timeoutMs of [undefined, 2 ** 31, 99_999_999 * 3_600_000]) {
      const deadline = deadlineAfter(timeoutMs, client);
      expect(deadline.expiry).to.equal(null);
      expect(deadline.signal()).to.equal(signal);
      expect(deadline.remainingMs()).to.equal(undefined);
    }
  });

  it("aborts with deadline_exceeded when the time is up", async () => {
    const deadline = deadlineAfter(5, () => new AbortController().signal);
    expect(deadline.remainingMs()).to.be.within(0, 5).and.satisfy(Number.isInteger);
    const error = await rejection(untilAborted(never, deadline.expiry));
    expect(error).to.be.instanceOf(ConnectError).with.property("code", Code.DeadlineExceeded);
    expect(deadline.signal().reason).to.equal(error);
    expect(deadline.remainingMs()).to.equal(0);
  });

  it("expires at once when no time is left", () => {
    expect(deadlineAfter(0, () => new AbortController().signal).expiry?.aborted).to.equal(true);
  });

  it("aborts for the service, but without expiry, when the client disconnects", () => {
    const client = new AbortController();
    const deadline = deadlineAfter(60_000, () => client.signal);
    client.abort(new ConnectError("", Code.Canceled));
    expect(deadline.signal().aborted).to.equal(true);
    expect(deadline.expiry?.aborted).to.equal(false);
    deadline.clear();
  });
});

describe("untilAborted", () => {
  it("settles like the work while nothing aborts", async () => {
    const { signal } = new AbortController();
    expect(await untilAborted(Promise.resolve("done"), signal)).to.equal("done");
    expect(await untilAborted(Promise.resolve("done"), null)).to.equal("done");
    const failure = new Error("failed");
    expect(await rejection(untilAborted(Promise.reject(failure), signal))).to.equal(failure);
  });

  it("rejects at once when the signal has already aborted", async () => {
    const reason = new Error("over");
    expect(await rejection(untilAborted(never, AbortSignal.abort(reason)))).to.equal(reason);
  });
});
