import { setTimeout as delay } from "node:timers/promises";
import type { DescService } from "@bufbuild/protobuf";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import { Health, HealthCheckResponse_ServingStatus as Status } from "#gen/grpc/health/v1/health_pb.js";
import type { Readiness } from "../http/readiness.js";

interface Deps {
  readiness: Pick<Readiness, "check" | "isStopped">;
  /** The services whose health can be queried, besides "", which is the whole server. */
  services: readonly DescService[];
}

/** Watching is public and a watch never ends, so watches beyond `maxWatches` are refused. */
const WATCH_OPTIONS = { pollMs: 1_000, maxWatches: 1_000 };

/**
 * Registers grpc.health.v1.Health, as its .proto describes it. All services report the server's readiness. Health is
 * public, so none of the router's interceptors runs before it. A watch checks for a change every `pollMs` milliseconds.
 * Tests pass their own options.
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

  async function* changes(service: string, signal: AbortSignal) {
    let latest: Status | null = null;
    for (;;) {
      const isLast = signal.aborted || readiness.isStopped;
      const status: Status = names.has(service) ? await currentStatus() : Status.SERVICE_UNKNOWN;
      if (status !== latest) yield { status };
      latest = status;
      if (isLast) return;
      await delay(pollMs, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  async function* watch(service: string, signal: AbortSignal) {
    if (watches >= maxWatches) throw new ConnectError("too many watches", Code.ResourceExhausted);
    watches += 1;
    try {
      yield* changes(service, signal);
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
