import type { App } from "../app.js";
import type { Logger } from "../system/logger.js";
import type { ServerProcess } from "./server-process.js";

/** Time after which a process that has closed its port exits, even if something hangs. */
const STOP_DEADLINE_MS = 9500;

/**
 * Closes `app` at the first signal; the process then ends on its own. Exits with 1 if closing fails or takes longer than
 * `shutdownDelaySeconds`, for which the app serves on, and the time for closing.
 */
export function stopOnSignals(
  host: Pick<ServerProcess, "onSignal" | "exit">,
  app: Pick<App, "close">,
  logger: Logger,
  shutdownDelaySeconds = 0,
): void {
  let isStopping = false;
  function stop(signal: NodeJS.Signals): void {
    if (isStopping) return;
    isStopping = true;
    logger.info({ signal }, "stopping");
    const deadline = setTimeout(
      () => {
        logger.error("could not stop in time");
        host.exit(1);
      },
      shutdownDelaySeconds * 1000 + STOP_DEADLINE_MS,
    );
    deadline.unref();
    app.close().then(
      () => logger.info("stopped"),
      (error: unknown) => {
        logger.error({ err: error }, "could not stop");
        host.exit(1);
      },
    );
  }
  host.onSignal("SIGTERM", stop);
  host.onSignal("SIGINT", stop);
}
