/** Lets one at a time have what can't be shared, in the order of asking. */
export interface Mutex {
  /** Resolves with the function that ends the turn; throws when others have not ended theirs within the limit. */
  acquire(): Promise<() => void>;
}

/** @param waitTimeoutMs how long one waits for a turn, in milliseconds */
export function createMutex(waitTimeoutMs: number): Mutex {
  const waiting: (() => void)[] = [];
  let isLocked = false;

  function end(): void {
    const next = waiting.shift();
    if (next) next();
    else isLocked = false;
  }

  return {
    acquire() {
      if (!isLocked) {
        isLocked = true;
        return Promise.resolve(end);
      }
      return new Promise((resolve, reject) => {
        const begin = () => {
          clearTimeout(timer);
          resolve(end);
        };
        const timer = setTimeout(() => {
          waiting.splice(waiting.indexOf(begin), 1);
          reject(new Error(`the database was not free within ${waitTimeoutMs} ms`));
        }, waitTimeoutMs);
        waiting.push(begin);
      });
    },
  };
}
