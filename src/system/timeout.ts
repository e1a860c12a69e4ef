import { LoggableError } from "./loggable-error.js";

/** How much of a timeout one turn of the event loop uses up, at most. */
const TICK_MS = 50;

/**
 * Resolves with `work`, or rejects with the code ETIMEDOUT after `milliseconds` in which this process was able to read a
 * reply.
 *
 * The timeout is a count of short timers, because Node runs timers before it reads sockets: one long timer expires
 * in a process that was busy or had no CPU, although the reply has arrived. Such a pause costs one tick here.
 */
export function withTimeout<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    let ticksLeft = Math.ceil(milliseconds / TICK_MS);
    const onTick = () => {
      ticksLeft -= 1;
      if (ticksLeft > 0) timer = setTimeout(onTick, TICK_MS);
      // Sockets are read once more before an immediate runs.
      else setImmediate(() => reject(timedOut(milliseconds)));
    };
    let timer = setTimeout(onTick, TICK_MS);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function timedOut(milliseconds: number): Error {
  return Object.assign(new LoggableError(`no response within ${milliseconds} ms`), { code: "ETIMEDOUT" });
}
