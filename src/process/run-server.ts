import { type App, createApp } from "../app.js";
import { readConfig } from "../config.js";
import { checkConnectionLimit } from "../db/connection-limit.js";
import { prepareTables } from "../db/migrate.js";
import { firstStartText, prepareFirstStart } from "../first-start.js";
import { openTls } from "../http/tls.js";
import { createInfrastructure, openServerDatabase } from "../infrastructure.js";
import { describeStartupError } from "../startup-error.js";
import { systemClock } from "../system/clock.js";
import type { Logger } from "../system/logger.js";
import { systemRandom } from "../system/random.js";
import { readTextFile } from "../system/read-text-file.js";
import { startTracing } from "../telemetry/start-tracing.js";
import { openMetrics } from "./open-metrics.js";
import { exitOnError, logWarnings, type ServerProcess } from "./server-process.js";
import { stopOnRequest } from "./stop-on-request.js";

/** Time after which a server that listens warms up. */
const WARM_UP_DELAY_MS = 100;

/**
 * Runs the server process: configuration, migrations, service, signals. Resolves when the service listens; it stops on
 * SIGTERM and SIGINT, and a worker when it is told to retire. If it fails to start, it prints the error to standard error
 * and exits with 1.
 */
export async function runServer(host: ServerProcess): Promise<void> {
  try {
    await start(host);
  } catch (error) {
    host.printError(describeStartupError(error));
    host.exit(1);
  }
}

async function start(host: ServerProcess): Promise<void> {
  const { print } = host;
  // To all processes of a terminal that closes; it is for the supervisor.
  if (host.supervisor) host.onSignal("SIGHUP", () => {});
  const config = readConfig(host.environment, "server", readTextFile);
  const tracing = await startTracing(config.traces, {
    clock: systemClock,
    random: systemRandom,
    logger: () => logger,
  });
  const logger = await host.openLog(config.log, tracing?.logFields);
  // A supervisor says it once for all its workers.
  if (!host.supervisor) logWarnings(config, logger);
  // Node would print the error with its message and all its properties.
  host.onUncaught(exitOnError(host, logger, "uncaught error"));
  const database = await openServerDatabase(
    config,
    logger,
    exitOnError(host, logger, "the embedded database failed"),
    tracing,
  );
  let close = () => database.close();
  let endMetrics = async () => {};
  try {
    const { metrics, end } = await openMetrics(config, host, logger);
    endMetrics = end;
    await prepareTables(config, database, logger);
    await checkConnectionLimit(config, database, logger);
    const tls = config.tls ? await openTls(config.tls, logger) : undefined;
    const infrastructure = await createInfrastructure(config, database, { logger, print, metrics, tracing });
    const app = createApp(config, infrastructure, logger, {}, tls);
    close = () => app.close();
    const superuser = config.environment === "development" ? await prepareFirstStart(app.context) : null;

    await host.supervisor?.prepared();
    const { port, address } = await Promise.race([
      app.listen(),
      ...(host.supervisor ? [host.supervisor.lost] : []),
    ]);
    const ending = {
      stop: () => app.stop().then(endMetrics),
      retire: () => app.retire().then(endMetrics),
    };
    stopOnRequest(host, ending, logger, config.shutdownDelaySeconds);
    host.supervisor?.serving();
    logger.info({ address, port, environment: config.environment }, "serving");
    warmUpSoon(host, app, logger);
    const origin = `${tls ? "https" : "http"}://localhost:${port}`;
    if (superuser) print(firstStartText(superuser, { ...config, origin }));
  } catch (error) {
    await close();
    await endMetrics();
    throw error;
  }
}

/**
 * Warms `app` up when it has answered the first probe of whatever waits for its port, and then releases the memory of the
 * start. Exits with 1 if that fails: later calls would too.
 */
function warmUpSoon(
  host: Pick<ServerProcess, "exit" | "releaseMemory">,
  app: Pick<App, "warmUp">,
  logger: Logger,
): void {
  const warmUp = () =>
    app
      .warmUp()
      .then(host.releaseMemory)
      .catch(exitOnError(host, logger, "could not warm up"));
  setTimeout(() => void warmUp(), WARM_UP_DELAY_MS).unref();
}
