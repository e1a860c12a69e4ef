import { setTimeout as delay } from "node:timers/promises";
import type { DescService } from "@bufbuild/protobuf";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import { Health, HealthCheckResponse_ServingStatus as Status } from "#gen/grpc/health/v1/health_pb.js";
import type { Readiness } from "../http/readiness.js";

interface Deps {
  readiness: Pick<Readiness, "check" | "isStopped">;
  /** The services whose health can be asked for, besides "", which is the server. */
  services: readonly DescService[];
}

/** Anybody may watch, and a watch has no end: beyond `maxWatches` the next is refused. */
const WATCH_OPTIONS = { pollMs: 1_000, maxWatches: 1_000 };

/**
 * grpc.health.v1.Health, as its .proto describes it. All services share one health: the server's readiness.
 * It answers anybody, so none of the router's interceptors stands before it. A watch looks for a change every
 * `pollMs`. The second parameter is for tests.
 */
export function healthRoutes(
  deps: Deps,
  { pollMs, maxWatches } = WATCH_OPTIONS,
): (router: ConnectRouter) => ConnectRouter {
  const { readiness } = deps;
  const names = new Set(["", ...deps.services.map((service) => service.typeName)]);
  let watches = 0;

  async function currentStatus(): Promise<Status> {
    return (await readiness.check()) ? Status.SERVING : Status.NOT_SERVING;
  }

  async function* changes(service: string, gone: AbortSignal) {
    let latest: Status | null = null;
    for (;;) {
      const isLast = gone.aborted || readiness.isStopped;
      const status: Status = names.has(service) ? await currentStatus() : Status.SERVICE_UNKNOWN;
      if (status !== latest) yield { status };
      latest = status;
      if (isLast) return;
      await delay(pollMs, undefined, { signal: gone, ref: false }).catch(() => {});
    }
  }

  async function* watch(service: string, gone: AbortSignal) {
    if (watches >= maxWatches) throw new ConnectError("too many watches", Code.ResourceExhausted);
    watches += 1;
    try {
      yield* changes(service, gone);
    } finally {
      watches -= 1;
    }
  }

  return (router) =>
    router.service(
      Health,
      {
        async check({ service }) {
          if (!names.has(service)) throw new ConnectError("unknown service", Code.NotFound);
          return { status: await currentStatus() };
        },
        async list() {
          const status = await currentStatus();
          return { statuses: Object.fromEntries([...names].map((name) => [name, { status }])) };
        },
        watch: ({ service }, { signal }) => watch(service, signal),
      },
      { interceptors: [] },
    );
}
