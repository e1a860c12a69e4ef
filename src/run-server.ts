import { type App, createApp } from "./app.js";
import { readConfig } from "./config.js";
import type { EnvironmentVariables } from "./config-files.js";
import { checkConnectionLimit } from "./db/connection-limit.js";
import { prepareTables } from "./db/migrate.js";
import { firstStartText, prepareFirstStart } from "./first-start.js";
import { openTls } from "./http/tls.js";
import { createInfrastructure, openServerDatabase } from "./infrastructure.js";
import { describeStartupError } from "./startup-error.js";
import type { Logger } from "./system/logger.js";
import { readTextFile } from "./system/read-text-file.js";

/** Time after which a process that has closed its port exits, even if something hangs. */
const STOP_DEADLINE_MS = 9500;

/** Time after which a server that listens warms up. */
const WARM_UP_DELAY_MS = 100;

/** The process that the server runs in: `process`, or a test's. */
export interface ServerProcess {
  environment: EnvironmentVariables;
  createLogger(level: string): Logger;
  /** Writes a line to standard output. */
  print(line: string): void;
  /** Writes a line to standard error. */
  printError(line: string): void;
  onSignal(signal: NodeJS.Signals, stop: (signal: NodeJS.Signals) => void): void;
  /** Registers a listener for errors and rejections that nothing else handles. */
  onUncaught(listener: (error: unknown) => void): void;
  exit(code: number): void;
  /** Gives back the memory that only the start needed. */
  releaseMemory(): Promise<void>;
}

/**
 * Runs the server process: configuration, migrations, service, signals. Resolves when the service listens; it stops on
 * SIGTERM and SIGINT. If it fails to start, it prints the error to standard error and exits with 1.
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
  const config = readConfig(host.environment, "server", readTextFile);
  const logger = host.createLogger(config.logLevel);
  for (const warning of config.warnings) logger.warn(warning);
  // Node would print the error with its message and all its properties.
  host.onUncaught(exitOnError(host, logger, "uncaught error"));
  const database = await openServerDatabase(
    config,
    logger,
    exitOnError(host, logger, "the embedded database failed"),
  );
  let close = () => database.close();
  try {
    await prepareTables(config, database, logger);
    await checkConnectionLimit(config, database, logger);
    const tls = config.tls ? await openTls(config.tls, logger) : undefined;
    const infrastructure = await createInfrastructure(config, database, { logger, print });
    const app = createApp(config, infrastructure, logger, {}, tls);
    close = () => app.close();
    const superuser = config.environment === "development" ? await prepareFirstStart(app.context) : null;

    const { port, address } = await app.listen();
    stopOnSignals(host, app, logger, config.shutdownDelaySeconds);
    logger.info({ address, port, environment: config.environment }, "serving");
    warmUpSoon(host, app, logger);
    if (superuser) print(firstStartText(superuser, `${tls ? "https" : "http"}://localhost:${port}`));
  } catch (error) {
    await close();
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

/** Returns a listener that logs an error with `message` and exits with 1. */
export function exitOnError(
  host: Pick<ServerProcess, "exit">,
  logger: Logger,
  message: string,
): (error: unknown) => void {
  return (error) => {
    logger.fatal({ err: error }, message);
    host.exit(1);
  };
}

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
