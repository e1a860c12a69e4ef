import { setTimeout as delay } from "node:timers/promises";
import type { DescService } from "@bufbuild/protobuf";
import { Code, ConnectError, type ConnectRouter, type HandlerContext } from "@connectrpc/connect";
import { Health, HealthCheckResponse_ServingStatus as Status } from "#gen/grpc/health/v1/health_pb.js";
import { callerAddress } from "../caller.js";
import type { Readiness } from "../http/readiness.js";
import { addressKey } from "../system/address-key.js";

interface Deps {
  readiness: Pick<Readiness, "check" | "isEnding">;
  /** The services whose health can be queried, besides "", which is the whole server. */
  services: readonly DescService[];
}

/**
 * Watching is public and a watch never ends, so watches beyond `maxWatches` are refused, and beyond `maxPerAddress` those
 * of an address (IPv6: of a /64).
 */
const WATCH_OPTIONS = { pollMs: 1_000, maxWatches: 1_000, maxPerAddress: 100 };

/**
 * Registers grpc.health.v1.Health, as its .proto describes it. All services report the server's readiness. Health is
 * public, so none of the router's interceptors runs before it, and has no rate limit: load balancers ask every second,
 * and an answer costs nothing but a shared ping. A watch checks for a change every `pollMs` milliseconds.
 * Tests pass their own options.
 */
export function healthRoutes(
  deps: Deps,
  { pollMs, maxWatches, maxPerAddress } = WATCH_OPTIONS,
): (router: ConnectRouter) => ConnectRouter {
  const { readiness } = deps;
  const names = new Set(["", ...deps.services.map((service) => service.typeName)]);
  let watches = 0;
  const watchesOf = new Map<string, number>();

  async function currentStatus(): Promise<Status> {
    return (await readiness.check()) ? Status.SERVING : Status.NOT_SERVING;
  }

  async function* changes(service: string, signal: AbortSignal) {
    let latest: Status | null = null;
    for (;;) {
      const isLast = signal.aborted || readiness.isEnding;
      const status: Status = names.has(service) ? await currentStatus() : Status.SERVICE_UNKNOWN;
      if (status !== latest) yield { status };
      latest = status;
      if (isLast) return;
      await delay(pollMs, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  function count(address: string, difference: number): void {
    watches += difference;
    const ofAddress = (watchesOf.get(address) ?? 0) + difference;
    if (ofAddress > 0) watchesOf.set(address, ofAddress);
    else watchesOf.delete(address);
  }

  async function* watch(service: string, { signal, values }: HandlerContext) {
    const address = addressKey(callerAddress({ values }));
    if (watches >= maxWatches || (watchesOf.get(address) ?? 0) >= maxPerAddress) {
      throw new ConnectError("too many watches", Code.ResourceExhausted);
    }
    count(address, 1);
    try {
      yield* changes(service, signal);
    } finally {
      count(address, -1);
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
        watch: ({ service }, context) => watch(service, context),
      },
      { interceptors: [] },
    );
}
