import { expect } from "chai";
import { systemRandom } from "../../src/system/random.js";
import { failureAttributes } from "../../src/telemetry/span-failure.js";
import { startTracing } from "../../src/telemetry/start-tracing.js";
import type { TraceSampling } from "../../src/telemetry/trace-settings.js";
import type { IncomingTrace, Tracing } from "../../src/telemetry/tracing.js";
import { testClock } from "../support/clock.js";
import { testLogger } from "../support/log.js";
import { rejection } from "../support/rejection.js";
import { startTraceReceiver, type TraceReceiver } from "../support/trace-receiver.js";

const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
const PARENT_ID = "00f067aa0ba902b7";
const traceparent = (flags: string) => `00-${TRACE_ID}-${PARENT_ID}-${flags}`;
const nobody: IncomingTrace = { traceparent: undefined, tracestate: undefined, isTrusted: false };
const stranger = (flags: string): IncomingTrace => ({ ...nobody, traceparent: traceparent(flags) });
const proxy = (flags: string): IncomingTrace => ({ ...stranger(flags), isTrusted: true });

describe("tracing", () => {
  let receiver: TraceReceiver;
  let lines: string[];
  let onLine: () => void;
  const clock = testClock();
  const opened: Tracing[] = [];

  beforeEach(async () => {
    lines = [];
    onLine = () => {};
    receiver = await startTraceReceiver();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((tracing) => tracing.stop()));
    await receiver.close();
  });

  async function open(sampling: Partial<TraceSampling> = {}): Promise<Tracing> {
    const settings = {
      endpoint: receiver.endpoint,
      headers: {},
      resource: { "service.name": "test" },
      sampling: { isParentBased: true, ratio: 1, ...sampling },
    };
    const logger = testLogger((line) => {
      lines.push(line);
      onLine();
    });
    const tracing = await startTracing(settings, { clock, random: systemRandom, logger: () => logger });
    opened.push(tracing!);
    return tracing!;
  }

  /** The flags of requests in their `traceresponse`; undefined for those that have no span. */
  function flagsOf(tracing: Tracing, incoming: IncomingTrace, count = 1): (string | undefined)[] {
    return Array.from({ length: count }, () =>
      tracing.startRequest(incoming, "call", {})?.traceResponse.slice(-2),
    );
  }

  /** The parent that a request has in the collector; empty for a root. */
  async function parentFor(incoming: IncomingTrace) {
    const tracing = await open();
    tracing.startRequest(incoming, "call", {})?.end();
    await tracing.stop();
    const [span] = receiver.spans;
    return span!;
  }

  it("is not there without settings", async () => {
    const deps = { clock, random: systemRandom, logger: () => testLogger() };
    expect(await startTracing(null, deps)).to.equal(undefined);
  });

  describe("continues a trace", () => {
    it("of anybody", async () => {
      expect(await parentFor(stranger("00"))).to.include({ traceId: TRACE_ID, parentSpanId: PARENT_ID });
    });

    it("of a later version of the header", async () => {
      const incoming = { ...nobody, traceparent: `cc-${TRACE_ID}-${PARENT_ID}-01-what-the-future-holds` };
      expect(await parentFor(incoming)).to.include({ traceId: TRACE_ID, parentSpanId: PARENT_ID });
    });

    it("with the state that a trusted sender gives it", async () => {
      expect(await parentFor({ ...proxy("01"), tracestate: "vendor=value" })).to.include({
        traceState: "vendor=value",
      });
    });

    it("without the state that a stranger gives it, or one that is too long", async () => {
      expect(await parentFor({ ...stranger("01"), tracestate: "phone=+237" })).to.include({ traceState: "" });
      receiver.spans.length = 0;
      const long = { ...proxy("01"), tracestate: `a=${"b".repeat(511)}` };
      expect(await parentFor(long)).to.include({ parentSpanId: PARENT_ID, traceState: "" });
    });
  });

  for (const [name, header] of [
    ["empty", ""],
    ["of no trace", `00-${"0".repeat(32)}-${PARENT_ID}-01`],
    ["of no span", `00-${TRACE_ID}-${"0".repeat(16)}-01`],
    ["in capital letters", `00-${TRACE_ID.toUpperCase()}-${PARENT_ID}-01`],
    ["of an invalid version", `ff-${TRACE_ID}-${PARENT_ID}-01`],
    ["longer than its version", `${traceparent("01")}-more`],
    ["repeated", `${traceparent("01")}, ${traceparent("01")}`],
    ["huge", `01-${TRACE_ID}-${PARENT_ID}-01-${"x".repeat(100_000)}`],
  ] as const) {
    it(`starts a trace when the header is ${name}`, async () => {
      const span = await parentFor({ ...proxy("01"), traceparent: header, tracestate: "vendor=value" });
      expect(span).to.include({ parentSpanId: "", traceState: "" });
      expect(span.traceId).not.to.equal(TRACE_ID);
    });
  }

  describe("records", () => {
    it("what a trusted sender records, if that decides", async () => {
      const all = await open({ ratio: 1 });
      expect(flagsOf(all, proxy("00"))).to.deep.equal(["00"]);
      const none = await open({ ratio: 0 });
      expect(flagsOf(none, proxy("01"))).to.deep.equal(["01"]);
    });

    it("its part of all requests, if a trusted sender does not decide", async () => {
      const none = await open({ isParentBased: false, ratio: 0 });
      expect(flagsOf(none, proxy("01"))).to.deep.equal(["00"]);
    });

    it("not what a stranger demands by flag or by trace id", async () => {
      const none = await open({ ratio: 0 });
      expect(flagsOf(none, stranger("01"))).to.deep.equal(["00"]);
      const half = await open({ ratio: 0.5 });
      // By chance, and not by the id: all of 200 are the same once in 2^199 runs.
      expect(new Set(flagsOf(half, stranger("01"), 200))).to.have.all.keys("00", "01");
      expect(new Set(flagsOf(half, nobody, 200))).to.deep.equal(new Set([undefined, "01"]));
    });

    it("nothing of a request that begins a trace that is not recorded", async () => {
      const none = await open({ ratio: 0 });
      expect(none.startRequest(nobody, "call", {})).to.equal(undefined);
      expect(none.startRequest({ ...stranger("01"), traceparent: "malformed" }, "call", {})).to.equal(
        undefined,
      );
    });

    it("nothing inside a request that is not recorded, and nothing outside of requests", async () => {
      const tracing = await open({ ratio: 0 });
      const work = () =>
        tracing.inSpan({ name: "inner", isRemote: true, attributes: {} }, async () => 1, failureAttributes);
      expect(await work()).to.equal(1);
      const request = tracing.startRequest(stranger("01"), "call", {})!;
      await new Promise<void>((resolve) => request.run(() => void work().then(() => resolve())));
      request.end();
      await tracing.stop();
      expect(receiver.spans).to.deep.equal([]);
    });
  });

  it("gives spans the request that they belong to, though others run at the same time", async () => {
    const tracing = await open();
    const inRequest = (name: string) =>
      new Promise<void>((resolve) => {
        const request = tracing.startRequest(nobody, name, {})!;
        request.run(() => {
          const inner = { name: `inner ${name}`, isRemote: true, attributes: {} };
          void Promise.resolve()
            .then(() => tracing.inSpan(inner, async () => tracing.logFields(), failureAttributes))
            .then((fields) => request.set({ id: String(fields.span_id) }))
            .then(() => request.end())
            .then(resolve);
        });
      });
    await Promise.all(["a", "b", "c"].map(inRequest));
    await tracing.stop();
    for (const name of ["a", "b", "c"]) {
      const outer = receiver.spans.find((span) => span.name === name)!;
      const inner = receiver.spans.find((span) => span.name === `inner ${name}`)!;
      expect(inner).to.include({ traceId: outer.traceId, parentSpanId: outer.spanId, kind: "client" });
      expect(outer.attributes).to.deep.equal({ id: outer.spanId });
    }
  });

  it("says of failed work the class of its error, and passes the error on", async () => {
    const tracing = await open();
    const request = tracing.startRequest(nobody, "call", {})!;
    const failure = new RangeError("+237 699 000 000");
    const inner = { name: "inner", isRemote: false, attributes: {} };
    const work = new Promise<unknown>((resolve) =>
      request.run(() =>
        resolve(rejection(tracing.inSpan(inner, () => Promise.reject(failure), failureAttributes))),
      ),
    );
    expect(await work).to.equal(failure);
    request.end();
    await tracing.stop();
    const span = receiver.spans.find(({ name }) => name === "inner");
    expect(span).to.deep.include({
      isError: true,
      kind: "internal",
      attributes: { "error.type": "RangeError" },
    });
  });

  describe("when the collector fails", () => {
    it("logs it once a minute, and loses only spans", async () => {
      receiver.respondWith(400);
      for (const _ of [1, 2]) {
        const tracing = await open();
        tracing.startRequest(nobody, "call", {})?.end();
        await tracing.stop();
      }
      expect(lines).to.have.length(2);
      lines.length = 0;
      const tracing = await open();
      // More than one batch.
      for (let n = 0; n < 2000; n++) tracing.startRequest(nobody, "call", {})?.end();
      await tracing.stop();
      expect(lines).to.have.length(1);
      expect(JSON.parse(lines[0]!)).to.include({ level: 40, msg: "spans did not reach the collector" });
    });

    it("writes no line in the context of a request, though one filled the batch", async () => {
      receiver.respondWith(400);
      const tracing = await open();
      const fields = new Promise((resolve) => {
        onLine = () => resolve(tracing.logFields());
      });
      const fill = () => {
        for (let n = 0; n < 600; n++) tracing.startRequest(nobody, "call", {})?.end();
      };
      tracing.startRequest(nobody, "call", {})!.run(fill);
      expect(await fields).to.deep.equal({});
    });

    it("stops after a second, though it never responds", async () => {
      receiver.respondWith(null);
      const tracing = await open();
      tracing.startRequest(nobody, "call", {})?.end();
      await tracing.stop();
      expect(lines.map((line) => JSON.parse(line).err.code)).to.deep.equal(["ETIMEDOUT"]);
    });
  });
});
