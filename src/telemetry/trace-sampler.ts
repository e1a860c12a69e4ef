import { type Context, createContextKey, type SpanContext, TraceFlags, trace } from "@opentelemetry/api";
import {
  RandomIdGenerator,
  type Sampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
} from "@opentelemetry/sdk-trace";
import type { TraceSampling } from "./trace-settings.js";

const trustedKey = createContextKey("the sender of the trace is trusted");

/** A context whose remote span may decide that the trace is recorded. */
export function trustSender(context: Context): Context {
  return context.setValue(trustedKey, true);
}

/**
 * Decides which requests are recorded.
 *
 * - A trace of a trusted sender: as the sender decided, if sampling is parent-based; else by its trace id, as all
 *   services with the same ratio decide.
 * - A trace of a stranger: by chance. The stranger chooses its flag and its id, so neither may decide.
 * - No trace: by the new trace id, which is random.
 */
export function createSampler({ isParentBased, ratio }: TraceSampling): Sampler {
  const byRatio = new TraceIdRatioBasedSampler(ratio);
  const ids = new RandomIdGenerator();

  function isSampled(context: Context, parent: SpanContext | undefined, traceId: string): boolean {
    if (parent && !parent.isRemote) return hasSampledFlag(parent);
    const isTrusted = context.getValue(trustedKey) === true;
    if (parent && isTrusted && isParentBased) return hasSampledFlag(parent);
    const decisive = parent && !isTrusted ? ids.generateTraceId() : traceId;
    return byRatio.shouldSample(context, decisive).decision === SamplingDecision.RECORD_AND_SAMPLED;
  }

  return {
    shouldSample(context, traceId) {
      const sampled = isSampled(context, trace.getSpanContext(context), traceId);
      return { decision: sampled ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD };
    },
    toString: () => `${isParentBased ? "parent-based " : ""}ratio ${ratio}`,
  };
}

const hasSampledFlag = ({ traceFlags }: SpanContext) => (traceFlags & TraceFlags.SAMPLED) !== 0;
