import { type DestinationStream, type Logger, pino } from "pino";

export type { Logger };

/**
 * Writes one JSON object a line. What is logged is chosen by the caller: no secret, code, token or
 * full phone number is ever handed over (`maskPhone` for the last).
 */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  return destination ? pino(options, destination) : pino(options);
}

/** `+237670000001` as `+2376…01`: enough to follow a case, too little to call. */
export function maskPhone(phone: string): string {
  return `${phone.slice(0, 5)}…${phone.slice(-2)}`;
}
