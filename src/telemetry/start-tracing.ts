import type { Clock } from "../system/clock.js";
import type { Logger } from "../system/logger.js";
import { oncePerMinute } from "../system/once-per-minute.js";
import { packageVersion } from "../system/package-version.js";
import type { Random } from "../system/random.js";
import { withTimeout } from "../system/timeout.js";
import type { TraceSettings } from "./trace-settings.js";
import type { Tracing } from "./tracing.js";

/** Time (ms) in which the last spans are sent when the process stops. */
const FLUSH_MS = 1000;

interface Deps {
  clock: Clock;
  random: Pick<Random, "uuid">;
  /** Called later, because the logger writes what tracing gives it. */
  logger(): Logger;
}

/** Starts to record spans; logs at most once a minute that some were lost. Undefined without settings: then nothing is loaded. */
export async function startTracing(settings: TraceSettings | null, deps: Deps): Promise<Tracing | undefined> {
  if (!settings) return undefined;
  const { openTracing } = await import("./open-tracing.js");
  const onFailure = oncePerMinute(deps.clock, (error: unknown) =>
    deps.logger().warn({ err: error }, "spans did not reach the collector"),
  );
  const ours = { "service.version": packageVersion(), "service.instance.id": deps.random.uuid() };
  const resource = { ...ours, ...settings.resource };
  const { flush, disconnect, ...tracing } = openTracing({ ...settings, resource }, onFailure);
  return {
    ...tracing,
    async stop() {
      await withTimeout(FLUSH_MS, flush()).catch(onFailure);
      disconnect();
    },
  };
}
