import type { SpanAttributes, Tracing } from "../../src/telemetry/tracing.js";

/** A span of work that a test has seen. */
export interface WorkSpan {
  name: string;
  attributes: SpanAttributes;
  failure?: SpanAttributes;
}

/** Records spans in a list. */
export function recordWork(): Pick<Tracing, "inSpan"> & { spans: WorkSpan[] } {
  const spans: WorkSpan[] = [];
  return {
    spans,
    async inSpan({ name, attributes }, work, describeFailure) {
      const span: WorkSpan = { name, attributes };
      spans.push(span);
      try {
        return await work();
      } catch (error) {
        span.failure = describeFailure(error);
        throw error;
      }
    },
  };
}
