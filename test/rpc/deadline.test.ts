import { Code, ConnectError } from "@connectrpc/connect";
import { expect } from "chai";
import { deadlineAfter, untilAborted } from "../../src/rpc/deadline.js";
import { rejection } from "../support/rejection.js";

const never = new Promise<never>(() => {});

describe("deadlineAfter", () => {
  it("watches only the client when there is no deadline, or one that no timer can wait for", () => {
    const client = new AbortController().signal;
    for (const timeoutMs of [undefined, 2 ** 31, 99_999_999 * 3_600_000]) {
      const deadline = deadlineAfter(timeoutMs, client);
      expect(deadline.expiry).equal(null);
      expect(deadline.signal).equal(client);
      expect(deadline.remainingMs()).equal(undefined);
    }
  });

  it("aborts with deadline_exceeded when the time is over", async () => {
    const deadline = deadlineAfter(5, new AbortController().signal);
    expect(deadline.remainingMs()).within(0, 5);
    const error = await rejection(untilAborted(never, deadline.expiry));
    expect(error).instanceOf(ConnectError).property("code", Code.DeadlineExceeded);
    expect(deadline.signal.reason).equal(error);
  });

  it("is over at once when no time is left", () => {
    expect(deadlineAfter(0, new AbortController().signal).expiry?.aborted).equal(true);
  });

  it("tells the service, but not the clock, when the client goes away", () => {
    const client = new AbortController();
    const deadline = deadlineAfter(60_000, client.signal);
    client.abort(new ConnectError("", Code.Canceled));
    expect(deadline.signal.aborted).equal(true);
    expect(deadline.expiry?.aborted).equal(false);
    deadline.clear();
  });
});

describe("untilAborted", () => {
  it("is the work itself while nothing aborts", async () => {
    const { signal } = new AbortController();
    expect(await untilAborted(Promise.resolve("done"), signal)).equal("done");
    expect(await untilAborted(Promise.resolve("done"), null)).equal("done");
    const failure = new Error("failed");
    expect(await rejection(untilAborted(Promise.reject(failure), signal))).equal(failure);
  });

  it("rejects at once when the signal has aborted already", async () => {
    const reason = new Error("over");
    expect(await rejection(untilAborted(never, AbortSignal.abort(reason)))).equal(reason);
  });
});
