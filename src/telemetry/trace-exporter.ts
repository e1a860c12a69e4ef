import { ExportResultCode } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import type { SpanExporter } from "@opentelemetry/sdk-trace";
import type { TraceSettings } from "./trace-settings.js";

/** Time (ms) that a batch has to reach the collector, with all attempts. */
export const EXPORT_TIMEOUT_MS = 5000;

interface TraceExporter extends SpanExporter {
  /** Ends what is being sent, so that the process can end. */
  disconnect(): void;
}

/** Sends batches of spans to the collector. Nothing is thrown: `onFailure` gets the error of each batch that is lost. */
export function createTraceExporter(
  { endpoint, headers }: TraceSettings,
  onFailure: (error: unknown) => void,
): TraceExporter {
  let disconnect = () => {};
  const exporter = new OTLPTraceExporter({
    url: `${endpoint}/v1/traces`,
    headers: { ...headers },
    timeoutMillis: EXPORT_TIMEOUT_MS,
    concurrencyLimit: 4,
    async httpAgentOptions(protocol) {
      const { Agent } = await (protocol === "https:" ? import("node:https") : import("node:http"));
      const agent = new Agent({ keepAlive: true });
      disconnect = () => {
        agent.destroy();
        agent.createConnection = refuseConnection;
      };
      return agent;
    },
  });
  return {
    export(spans, done) {
      exporter.export(spans, ({ code, error }) => {
        if (code !== ExportResultCode.SUCCESS) onFailure(error);
        // The library would report failures to its global error handler as well.
        done({ code: ExportResultCode.SUCCESS });
      });
    },
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
    disconnect: () => disconnect(),
  };
}

/** For attempts that the library makes after the process has stopped. */
function refuseConnection(): never {
  throw new Error("spans are no longer sent");
}
