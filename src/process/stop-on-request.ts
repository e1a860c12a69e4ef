import type { App } from "../app.js";
import type { Logger } from "../system/logger.js";
import type { ServerProcess } from "./server-process.js";

/** Time after which a process that has closed its port exits, even if something hangs. */
export const STOP_DEADLINE_MS = 9500;

/**
 * Stops `app` at the first signal, or retires it when the supervisor says so; the process then ends on its own. Exits with 1
 * if that fails, or takes longer than `shutdownDelaySeconds`, for which an app that stops serves on, and the time for
 * closing.
 */
export function stopOnRequest(
  host: Pick<ServerProcess, "onSignal" | "exit" | "supervisor">,
  app: Pick<App, "stop" | "retire">,
  logger: Logger,
  shutdownDelaySeconds = 0,
): void {
  let isStopping = false;

  function stop(
    end: () => Promise<void>,
    deadlineMs: number,
    cause: { signal: string } | { reason: string },
  ): void {
    if (isStopping) return;
    isStopping = true;
    logger.info(cause, "stopping");
    let hasStopped = false;
    const deadline = setTimeout(() => {
      // Nothing waits for what is left, such as the timer of a collector that does not respond.
      if (hasStopped) return host.exit(0);
      logger.error("could not stop in time");
      host.exit(1);
    }, deadlineMs);
    deadline.unref();
    end()
      .then(() => {
        hasStopped = true;
        logger.info("stopped");
      })
      .then(host.supervisor?.leave)
      .catch((error: unknown) => {
        logger.error({ err: error }, "could not stop");
        host.exit(1);
      });
  }

  const stopBy = (signal: NodeJS.Signals) =>
    stop(app.stop, shutdownDelaySeconds * 1000 + STOP_DEADLINE_MS, { signal });
  host.onSignal("SIGTERM", stopBy);
  host.onSignal("SIGINT", stopBy);
  host.supervisor?.onRetire((reason) => stop(app.retire, STOP_DEADLINE_MS, { reason }));
}
