import { AsyncLocalStorage } from "node:async_hooks";
import {
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from "@opentelemetry/api";
import { defaultResource, resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { createTraceExporter, EXPORT_TIMEOUT_MS } from "./trace-exporter.js";
import { parentOf } from "./trace-parent.js";
import { createSampler } from "./trace-sampler.js";
import type { TraceSettings } from "./trace-settings.js";
import type { RequestSpan, SpanAttributes, SpanDescription, Tracing } from "./tracing.js";

// `startTracing` loads this module, and with it the OpenTelemetry SDK, only when it is needed. It imports next to nothing else:
// what it shares with the server becomes a file of its own in the built program, which every server loads.

/** Spans that wait for the collector; more are dropped. */
const MAX_WAITING_SPANS = 2048;
/** Time (ms) that a span waits for others to be sent with. */
const BATCH_DELAY_MS = 2000;

/** A request that is being handled, or whose background jobs run. */
interface CurrentRequest {
  span: Span;
  request: RequestSpan;
  /** The parent of its spans. */
  context: Context;
}

interface OpenTracing extends Omit<Tracing, "stop"> {
  /** Sends the spans that wait, and records no more. */
  flush(): Promise<void>;
  /** Ends what is being sent. */
  disconnect(): void;
}

/** Starts to record spans. `onFailure` gets the error of each batch that does not reach the collector. */
export function openTracing(settings: TraceSettings, onFailure: (error: unknown) => void): OpenTracing {
  const storage = new AsyncLocalStorage<CurrentRequest>();
  // A batch belongs to no request, though its timer was started in one.
  const exporter = createTraceExporter(settings, (error) => storage.exit(() => onFailure(error)));
  const provider = new TracerProvider({
    resource: defaultResource().merge(resourceFromAttributes(settings.resource)),
    sampler: createSampler(settings.sampling),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter,
        maxQueueSize: MAX_WAITING_SPANS,
        scheduledDelayMillis: BATCH_DELAY_MS,
        exportTimeoutMillis: 2 * EXPORT_TIMEOUT_MS,
      }),
    ],
  });
  const tracer = provider.getTracer("waterbill-identity");

  async function inChild<T>(
    context: Context,
    { name, isRemote, attributes }: SpanDescription,
    work: () => Promise<T>,
    describeFailure: (error: unknown) => SpanAttributes,
  ): Promise<T> {
    const options = { kind: isRemote ? SpanKind.CLIENT : SpanKind.INTERNAL, attributes };
    const span = tracer.startSpan(name, options, context);
    try {
      return await work();
    } catch (error) {
      span.setAttributes(describeFailure(error)).setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  }

  return {
    startRequest(incoming, name, attributes) {
      const options = { kind: SpanKind.SERVER, attributes };
      const parent = parentOf(incoming);
      const span = tracer.startSpan(name, options, parent);
      if (parent === ROOT_CONTEXT && !isSampled(span)) return undefined;
      const request = toRequestSpan(span, (work) => storage.run(current, work));
      const current = { span, request, context: trace.setSpan(ROOT_CONTEXT, span) };
      return request;
    },
    currentRequest: () => storage.getStore()?.request,
    inSpan(description, work, describeFailure) {
      const current = storage.getStore();
      if (!current || !isSampled(current.span)) return work();
      return inChild(current.context, description, work, describeFailure);
    },
    logFields() {
      const current = storage.getStore();
      if (!current) return {};
      const { traceId, spanId } = current.span.spanContext();
      return { trace_id: traceId, span_id: spanId };
    },
    flush: () => provider.shutdown(),
    disconnect: () => exporter.disconnect(),
  };
}

function toRequestSpan(span: Span, run: RequestSpan["run"]): RequestSpan {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return {
    traceResponse: `00-${traceId}-${spanId}-0${traceFlags & TraceFlags.SAMPLED}`,
    run,
    rename: (name) => void span.updateName(name),
    set: (attributes) => void span.setAttributes(attributes),
    fail: () => void span.setStatus({ code: SpanStatusCode.ERROR }),
    end: () => {
      if (span.isRecording()) span.end();
    },
  };
}

const isSampled = (span: Span) => (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
