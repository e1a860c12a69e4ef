/** Lets one at a time have what can't be shared, in the order of asking. */
export interface Turns {
  /** Resolves with the function that ends the turn; throws when others have not ended theirs within the limit. */
  take(): Promise<() => void>;
}

/** @param waitLimit how long one waits for a turn, in milliseconds */
export function createTurns(waitLimit: number): Turns {
  const waiting: (() => void)[] = [];
  let taken = false;

  function end(): void {
    const next = waiting.shift();
    if (next) next();
    else taken = false;
  }

  return {
    take() {
      if (!taken) {
        taken = true;
        return Promise.resolve(end);
      }
      return new Promise((resolve, reject) => {
        const begin = () => {
          clearTimeout(timer);
          resolve(end);
        };
        const timer = setTimeout(() => {
          waiting.splice(waiting.indexOf(begin), 1);
          reject(new Error(`no turn within ${waitLimit} ms`));
        }, waitLimit);
        waiting.push(begin);
      });
    },
  };
}
