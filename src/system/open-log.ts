import type { DestinationStream } from "pino";
import { openLogOutput } from "./log-output.js";
import { createLogger, type Logger, type LogOrigin } from "./logger.js";

/** The part of the configuration that is about the log. */
export interface LogSettings {
  level: string;
  /** Null: pretty on a terminal, else JSON. */
  format: "json" | "pretty" | null;
}

/** Where the log of a process goes: `process`, or a test's. */
export interface LogPlace {
  /** `hasColors` is that of a terminal: false for a dumb one, and if NO_COLOR is set. */
  stdout: { readonly fd: number; readonly isTTY?: boolean; hasColors?(): boolean };
  /** Registers what has to run before the process ends. */
  onExit(flush: () => void): void;
}

/**
 * Opens the log of the server or its supervisor: JSON for programs, or readable lines for people at a terminal. `moment`
 * returns what a line says of the moment in which it is written.
 */
export async function openLog(
  settings: LogSettings,
  { stdout, onExit }: LogPlace,
  origin: LogOrigin | null = null,
  moment?: () => object,
): Promise<Logger> {
  const isTerminal = stdout.isTTY === true;
  const output = openLogOutput(stdout.fd, onExit, isTerminal);
  const format = settings.format ?? (isTerminal ? "pretty" : "json");
  const destination = format === "pretty" ? await prettify(output, stdout.hasColors?.() ?? false) : output;
  return createLogger(settings.level, destination, origin, moment);
}

/** In this process and at once, not in pino's thread: a process that ends has written every line. */
async function prettify(output: DestinationStream, hasColors: boolean): Promise<DestinationStream> {
  // Few servers need it.
  const { createLineFormat } = await import("./pretty-line.js");
  const format = createLineFormat(hasColors);
  return { write: (line) => output.write(format(line)) };
}
