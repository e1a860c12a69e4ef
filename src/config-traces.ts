import type { Environment } from "./config-variables.js";
import type { TraceSettings } from "./telemetry/trace-settings.js";

/** Where spans go and which requests have some; null: none are recorded. */
export function traceConfig(env: Environment): TraceSettings | null {
  if (env.OTEL_EXPORTER_OTLP_ENDPOINT === undefined) return null;
  const resource = env.OTEL_RESOURCE_ATTRIBUTES;
  return {
    endpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT,
    headers: env.OTEL_EXPORTER_OTLP_HEADERS,
    resource: {
      "deployment.environment.name": env.NODE_ENV,
      "service.name": "waterbill-identity",
      ...resource,
      ...(env.OTEL_SERVICE_NAME !== undefined && { "service.name": env.OTEL_SERVICE_NAME }),
    },
    sampling: {
      isParentBased: env.OTEL_TRACES_SAMPLER.startsWith("parentbased_"),
      ratio: ratioOf(env),
    },
  };
}

function ratioOf({ OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: ratio }: Environment): number {
  if (name.endsWith("always_on")) return 1;
  return name.endsWith("always_off") ? 0 : ratio;
}
