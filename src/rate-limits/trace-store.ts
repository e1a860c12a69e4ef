import { parseRedisUrl } from "../system/redis-url.js";
import { failureAttributes } from "../telemetry/span-failure.js";
import type { SpanAttributes, Tracing } from "../telemetry/tracing.js";
import type { RateLimitStore } from "./store.js";

/** Records a span for each time that a call waits for Redis: for all commands that it sends in one write. */
export function traceStore(
  store: RateLimitStore,
  { inSpan }: Pick<Tracing, "inSpan">,
  redisUrl: string,
): RateLimitStore {
  const server = serverOf(redisUrl);
  const inPipeline = <T>(name: string, work: () => Promise<T>, size?: number) =>
    inSpan(
      {
        name,
        isRemote: true,
        attributes: {
          "db.system.name": "redis",
          "db.query.summary": name,
          ...(size && { "db.operation.batch.size": size }),
          ...server,
        },
      },
      work,
      failureAttributes,
    );

  return {
    async consume(windows) {
      const size = windows.length;
      const { usages, giveBack } = await inPipeline("consume limits", () => store.consume(windows), size);
      return { usages, giveBack: () => inPipeline("give back limits", giveBack) };
    },
    clear: (phone) => inPipeline("clear limits", () => store.clear(phone)),
  };
}

/** The one Redis that the URL names; of Sentinels and clusters, it doesn't name the server. */
function serverOf(redisUrl: string): SpanAttributes {
  const { kind, hosts: [first] = [] } = parseRedisUrl(redisUrl) ?? {};
  return kind === "single" && first ? { "server.address": first.host, "server.port": first.port } : {};
}
