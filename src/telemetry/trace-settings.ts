/** Which requests are recorded. */
export interface TraceSampling {
  /** Whether a trusted sender of a `traceparent` decides for the requests of its trace. */
  isParentBased: boolean;
  /** The part of all other requests, 0 to 1. */
  ratio: number;
}

/** Where spans go, and what all of them say. */
export interface TraceSettings {
  /** The collector's address for OTLP over HTTP, to which `/v1/traces` is appended. */
  endpoint: string;
  /** Headers for the collector, which may hold its key. */
  headers: Readonly<Record<string, string>>;
  /** Attributes of the process, `service.name` among them. */
  resource: Readonly<Record<string, string>>;
  sampling: TraceSampling;
}
