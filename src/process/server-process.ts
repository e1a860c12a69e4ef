import type { Config } from "../config.js";
import type { EnvironmentVariables } from "../config-files.js";
import type { Logger } from "../system/logger.js";
import type { LogSettings } from "../system/open-log.js";
import type { SupervisorLink } from "./supervisor-link.js";

/** What both the server and its supervisor use of the process that they run in: `process`, or a test's. */
export interface HostProcess {
  /** `moment` returns what a line says of the moment in which it is written. */
  openLog(settings: LogSettings, moment?: () => object): Promise<Logger>;
  /** Writes a line to standard error. */
  printError(line: string): void;
  onSignal(signal: NodeJS.Signals, stop: (signal: NodeJS.Signals) => void): void;
  /** Registers a listener for errors and rejections that nothing else handles. */
  onUncaught(listener: (error: unknown) => void): void;
  exit(code: number): void;
}

/** The process that the server runs in. */
export interface ServerProcess extends HostProcess {
  environment: EnvironmentVariables;
  /** Writes a line to standard output. */
  print(line: string): void;
  /** Gives back the memory that only the start needed. */
  releaseMemory(): Promise<void>;
  /** Absent: this process is no worker. */
  supervisor?: SupervisorLink;
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

/** Logs what is probably a mistake in the configuration. */
export function logWarnings({ warnings }: Pick<Config, "warnings">, logger: Logger): void {
  for (const warning of warnings) logger.warn(warning);
}
