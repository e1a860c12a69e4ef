import { LRUCache } from "lru-cache";

/** Sessions that are known to be over for good, so that their tokens are refused without a look-up. */
export interface EndedSessions {
  has(sessionId: string): boolean;
  add(sessionId: string): void;
}

/** How many ended sessions are remembered, about 2 MB. The token of a forgotten one costs another look-up. */
const MAX_REMEMBERED = 10_000;

export function createEndedSessions(): EndedSessions {
  const ended = new LRUCache<string, true>({ max: MAX_REMEMBERED });
  return {
    has: (sessionId) => ended.get(sessionId) === true,
    add: (sessionId) => void ended.set(sessionId, true),
  };
}
