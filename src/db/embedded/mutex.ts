import { LoggableError } from "../../system/loggable-error.js";
/** Gives a resource to one caller at a time, first come, first served. */
export interface Mutex {
  /** Resolves with the function that releases the mutex; rejects if it does not become free in time. */
  acquire(): Promise<() => void>;
}

/** @param waitTimeoutMs maximum time that a caller waits, in milliseconds */
export function createMutex(waitTimeoutMs: number): Mutex {
  const waiting: (() => void)[] = [];
  let isLocked = false;

  function release(): void {
    const next = waiting.shift();
    if (next) next();
    else isLocked = false;
  }

  return {
    acquire() {
      if (!isLocked) {
        isLocked = true;
        return Promise.resolve(release);
      }
      return new Promise((resolve, reject) => {
        const grant = () => {
          clearTimeout(timer);
          resolve(release);
        };
        const timer = setTimeout(() => {
          waiting.splice(waiting.indexOf(grant), 1);
          reject(new LoggableError(`the database was not free within ${waitTimeoutMs} ms`));
        }, waitTimeoutMs);
        waiting.push(grant);
      });
    },
  };
}
