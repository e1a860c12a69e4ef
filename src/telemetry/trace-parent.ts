import { type Context, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { parseTraceParent, TraceState } from "@opentelemetry/core";
import { trustSender } from "./trace-sampler.js";
import type { IncomingTrace } from "./tracing.js";

/** A longer `traceparent` is not one of today's version, and hardly one of a later version. */
const MAX_TRACEPARENT_LENGTH = 128;
/** Every sender may rely on this length (https://www.w3.org/TR/trace-context/#tracestate-limits). */
const MAX_TRACESTATE_LENGTH = 512;

/**
 * The parent of a request's span: the span that its headers name; none if they are absent, malformed or too long. The
 * `tracestate` of a stranger is ignored, because it would be stored with the span.
 */
export function parentOf({ traceparent, tracestate, isTrusted }: IncomingTrace): Context {
  if (traceparent === undefined || traceparent.length > MAX_TRACEPARENT_LENGTH) return ROOT_CONTEXT;
  const parent = parseTraceParent(traceparent);
  if (!parent) return ROOT_CONTEXT;
  const spanContext = { ...parent, isRemote: true };
  if (!isTrusted) return trace.setSpanContext(ROOT_CONTEXT, spanContext);
  const isKept = tracestate !== undefined && tracestate.length <= MAX_TRACESTATE_LENGTH;
  return trustSender(
    trace.setSpanContext(ROOT_CONTEXT, {
      ...spanContext,
      ...(isKept && { traceState: new TraceState(tracestate) }),
    }),
  );
}
