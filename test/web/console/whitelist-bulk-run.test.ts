import { expect } from "chai";
import {
  BatchOutcome,
  type BatchResult,
} from "../../../clients/typescript/gen/waterbill/identity/v1/batch_result_pb.js";
import { ErrorReason } from "../../../clients/typescript/gen/waterbill/identity/v1/error_reason_pb.js";
import { IdentityError, type IdentityErrorReason } from "../../../clients/typescript/src/error.js";
import { createBulkRun, MAX_REFUSED_ROWS } from "../../../src/web/console/pages/whitelist/bulk-run.js";

const phones = Array.from({ length: 1200 }, (_, n) => `+2376${n}`);

const { CHANGED, UNCHANGED, REFUSED } = BatchOutcome;

function row(phone: string, outcome: BatchOutcome): BatchResult {
  const isRefused = outcome === REFUSED;
  return {
    $typeName: "waterbill.identity.v1.BatchResult",
    ...{ phone, outcome },
    ...(isRefused && { reason: ErrorReason.ENTRY_NOT_FOUND, message: "not found" }),
  };
}

/** A run whose calls get these responses, one after the other: an outcome for each row, or a failure. */
function runWith(
  responses: (BatchOutcome | IdentityErrorReason)[],
  { isRemoval = false, total = phones.length } = {},
) {
  const calls: string[] = [];
  const waits: number[] = [];
  const run = createBulkRun(
    {
      isRemoval,
      async send(part) {
        calls.push(`${part[0]} ${part.length}`);
        const response = responses.shift() ?? CHANGED;
        if (typeof response !== "number") throw new IdentityError(response, "", { retryAfterSeconds: 7 });
        return part.map((phone) => row(phone, response));
      },
      async sleep(ms, signal) {
        waits.push(ms);
        if (responses.length === 0)
          await new Promise((resolve) => signal?.addEventListener("abort", resolve));
      },
    },
    phones.slice(0, total),
  );
  return { run, calls, waits, counts: () => run.state.get() };
}

describe("a bulk change of the whitelist", () => {
  it("sends at most 500 numbers a call, one call after the other", async () => {
    const { run, calls, counts } = runWith([CHANGED, UNCHANGED, REFUSED]);
    await run.resume();
    expect(calls).to.deep.equal(["+23760 500", "+2376500 500", "+23761000 200"]);
    expect(counts()).to.include({ phase: "done", changed: 500, unchanged: 500, refused: 200 });
    expect(counts().refusedRows).to.have.length(MAX_REFUSED_ROWS);
  });

  it("waits as long as the service asks for, and repeats the call", async () => {
    const { run, calls, waits, counts } = runWith(["RATE_LIMITED", "OVERLOADED", CHANGED], { total: 10 });
    await run.resume();
    expect(waits).to.deep.equal([7000, 7000]);
    expect(calls).to.have.length(3);
    expect(counts()).to.include({ phase: "done", changed: 10 });
  });

  for (const reason of ["OFFLINE", "INTERNAL", "TIMEOUT", "SIGNED_OUT", "UNAVAILABLE"] as const) {
    it(`pauses with ${reason}, and goes on with the same numbers when its user wants`, async () => {
      const { run, calls, counts } = runWith([CHANGED, reason, CHANGED, CHANGED]);
      await run.resume();
      expect(counts()).to.include({ phase: "paused", processed: 500 });
      expect(counts().error?.reason).to.equal(reason);
      await run.resume();
      expect(calls).to.deep.equal(["+23760 500", "+2376500 500", "+2376500 500", "+23761000 200"]);
      expect(counts()).to.include({ phase: "done", error: null, changed: 1200, hasRepeated: true });
    });
  }

  it("doesn't count as refused what a broken call has already removed", async () => {
    const { run, counts } = runWith(["TIMEOUT", REFUSED, REFUSED], { isRemoval: true, total: 600 });
    await run.resume();
    await run.resume();
    expect(counts()).to.include({ phase: "done", unchanged: 500, refused: 100 });
  });

  it("counts as refused what is gone when a limit had stopped the removal before it began", async () => {
    const { run, counts } = runWith(["RATE_LIMITED", REFUSED], { isRemoval: true, total: 5 });
    await run.resume();
    expect(counts()).to.include({ phase: "done", refused: 5, hasRepeated: false });
  });

  it("can be stopped between two calls, and while it waits", async () => {
    const stopped = runWith([CHANGED]);
    const running = stopped.run.resume();
    stopped.run.stop();
    expect(stopped.counts().phase).to.equal("stopping");
    await stopped.run.resume();
    await running;
    expect(stopped.calls).to.have.length(1);
    expect(stopped.counts()).to.include({ phase: "paused", processed: 500, error: null });

    const waiting = runWith(["RATE_LIMITED"]);
    waiting.run.state.follow(() => {
      if (waiting.counts().phase === "waiting") queueMicrotask(waiting.run.stop);
    });
    await waiting.run.resume();
    expect(waiting.counts()).to.include({ phase: "paused", processed: 0, error: null, resumesAt: null });
  });
});
