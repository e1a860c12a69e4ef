import { setTimeout as delay } from "node:timers/promises";
import pLimit from "p-limit";
import { type Config, ConfigError, readConfig } from "../config.js";
import type { EnvironmentVariables } from "../config-files.js";
import { systemClock } from "../system/clock.js";
import { formatError } from "../system/format-error.js";
import { readTextFile } from "../system/read-text-file.js";
import { MetricsPortError } from "../telemetry/metrics-server.js";
import { openWorkersMetrics } from "./open-metrics.js";
import { exitOnError, type HostProcess, logWarnings } from "./server-process.js";
import { STOP_DEADLINE_MS } from "./stop-on-request.js";
import { createSupervisor, type SupervisorDeps } from "./supervisor.js";

/** The process that the supervisor runs in. */
export interface SupervisorProcess extends HostProcess, Pick<SupervisorDeps, "fork"> {
  /** The environment that a worker would have if it started now. */
  readEnvironment(): EnvironmentVariables;
}

/** Time that a worker has beyond its own deadline before it is killed: together less than 10 s after SHUTDOWN_DELAY. */
const KILL_DELAY_MS = 300;

/**
 * Runs the supervisor: WORKERS processes serve on one port, and one that ends is replaced. Resolves when all serve. SIGHUP
 * replaces them one after the other, by the program and the configuration of that moment; SIGTERM and SIGINT stop them all.
 * If they fail to start, it exits with 1.
 */
export async function runSupervisor(host: SupervisorProcess): Promise<void> {
  try {
    await start(host);
  } catch (error) {
    // Not `describeStartupError`: it knows the errors of everything that a server opens, and the code that throws them.
    const isExplained = error instanceof ConfigError || error instanceof MetricsPortError;
    host.printError(isExplained ? error.message : formatError(error));
    host.exit(1);
  }
}

async function start(host: SupervisorProcess): Promise<void> {
  const read = () => readConfig(host.readEnvironment(), "server", readTextFile);
  let config = read();
  const logger = await host.openLog(config.log);
  host.onUncaught(exitOnError(host, logger, "uncaught error"));
  const metrics = await openWorkersMetrics(config, logger);
  const supervisor = createSupervisor({
    fork() {
      const worker = host.fork();
      metrics?.add(worker);
      return worker;
    },
    wait: (ms, signal) => delay(ms, undefined, { signal }).catch(() => {}),
    clock: systemClock,
    logger,
  });
  const inTurn = pLimit(1);
  let isStopping = false;
  /** The longest SHUTDOWN_DELAY (s) of the workers that may be running. */
  let delaySeconds = config.shutdownDelaySeconds;

  async function restart(): Promise<void> {
    try {
      config = read();
    } catch (error) {
      logger.error({ err: error }, "the configuration is not valid: no worker is replaced");
      return;
    }
    logger.info("replacing all workers");
    delaySeconds = Math.max(delaySeconds, config.shutdownDelaySeconds);
    logWarnings(config, logger);
    const isDone = await supervisor.restart(countOf(config));
    if (isDone) {
      delaySeconds = config.shutdownDelaySeconds;
      logger.info("all workers are replaced");
    } else if (!isStopping) logger.error("a worker could not start: those that serve go on");
  }

  async function stop(signal: NodeJS.Signals): Promise<void> {
    if (isStopping) return;
    isStopping = true;
    logger.info({ signal }, "stopping all workers");
    const deadlineMs = delaySeconds * 1000 + STOP_DEADLINE_MS + KILL_DELAY_MS;
    const hasStopped = await supervisor.stop(deadlineMs);
    await metrics?.close();
    if (hasStopped) logger.info("all workers have stopped");
    else {
      logger.error("a worker could not stop");
      host.exit(1);
    }
  }

  host.onSignal("SIGTERM", (signal) => void stop(signal));
  host.onSignal("SIGINT", (signal) => void stop(signal));
  host.onSignal("SIGHUP", () => {
    // One that waits will read the configuration of its moment.
    if (!isStopping && inTurn.pendingCount === 0) void inTurn(restart);
  });
  logWarnings(config, logger);
  const isStarted = await inTurn(() => supervisor.start(countOf(config)));
  if (isStarted) logger.info({ workers: countOf(config) }, "all workers serve");
  else if (!isStopping) {
    // The worker has printed why.
    await supervisor.stop(0);
    host.exit(1);
  }
}

/** A configuration without WORKERS, read when a supervisor is there already, leaves one. */
const countOf = ({ workers }: Config) => workers ?? 1;
