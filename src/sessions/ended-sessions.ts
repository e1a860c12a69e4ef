import { LRUCache } from "lru-cache";

/** A session, and the account that a token names with it: a false pair says nothing of the session's own account. */
type SessionOfUser = Readonly<{ sessionId: string; userId: number }>;

/** Sessions that are known to be over for good, so that their tokens are refused without a look-up. */
export interface EndedSessions {
  has(session: SessionOfUser): boolean;
  add(session: SessionOfUser): void;
}

/** How many ended sessions are remembered, about 2 MB. The token of a forgotten one costs another look-up. */
const MAX_REMEMBERED = 10_000;

const keyOf = ({ sessionId, userId }: SessionOfUser) => `${userId}:${sessionId}`;

export function createEndedSessions(): EndedSessions {
  const ended = new LRUCache<string, true>({ max: MAX_REMEMBERED });
  return {
    has: (session) => ended.get(keyOf(session)) === true,
    add: (session) => void ended.set(keyOf(session), true),
  };
}
