import { errorType } from "../system/describe-error.js";
import type { SpanAttributes } from "./tracing.js";

/** What a span says of an error: its class. Messages quote what callers send. */
export function failureAttributes(error: unknown): SpanAttributes {
  return { "error.type": error instanceof Error ? errorType(error) : typeof error };
}
