/**
 * What a span says besides its name and duration, by the names of OpenTelemetry's semantic conventions. Never a phone
 * number, the id of a person, an address, a token, a code, or a value of a statement.
 */
export type SpanAttributes = Readonly<Record<string, string | number>>;

/** The span of one request. What is set after its end is ignored. */
export interface RequestSpan {
  /** The value of the response header `traceresponse`: the ids of the trace and of this span. */
  readonly traceResponse: string;
  /** Runs `work`. What it does, now and later, belongs to the request. */
  run(work: () => void): void;
  rename(name: string): void;
  set(attributes: SpanAttributes): void;
  /** Marks the request as failed by a fault of the service. */
  fail(): void;
  end(): void;
}

/** The headers of a request that continue a trace (https://www.w3.org/TR/trace-context/). */
export interface IncomingTrace {
  traceparent: string | undefined;
  tracestate: string | undefined;
  /** Whether the sender may decide that the trace is recorded: strangers could have everything recorded. */
  isTrusted: boolean;
}

/** A part of what a request does. */
export interface SpanDescription {
  name: string;
  /** Whether another system does it. */
  isRemote: boolean;
  attributes: SpanAttributes;
}

/** Records what requests do as spans, and sends them to a collector. */
export interface Tracing {
  /**
   * Starts the span of a request, in the trace that it continues; a malformed header starts a new trace. Undefined if the
   * request begins a trace that is not recorded, which nobody could look up.
   */
  startRequest(incoming: IncomingTrace, name: string, attributes: SpanAttributes): RequestSpan | undefined;
  /** The span of the request that the caller works for; undefined outside of requests. */
  currentRequest(): RequestSpan | undefined;
  /**
   * Runs `work` in a child of the request's span, also after that has ended. Without a request, or if it is not recorded,
   * only runs `work`. `describeFailure` says what `work` rejected with.
   */
  inSpan<T>(
    span: SpanDescription,
    work: () => Promise<T>,
    describeFailure: (error: unknown) => SpanAttributes,
  ): Promise<T>;
  /** What each line of the log says of the request that it is written in. */
  logFields(): { trace_id?: string; span_id?: string };
  /** Sends the spans that wait, for a second at most. */
  stop(): Promise<void>;
}
