import { LRUCache } from "lru-cache";
import type { OpenSession, SessionTouch } from "./open-session.js";
import type { SessionStore } from "./session-store.js";

/** Records in the background what calls with access tokens show about their sessions. */
export interface SessionTouches {
  /**
   * Notes a call with an access token that was issued with a refresh token whose id starts with `refreshIdStart`. That
   * confirms the valid refresh token if it is the same one. Without `address` the use itself is not recorded.
   *
   * Returns at once. At most one statement is sent per rotation and hour, and a failed one is not reported: the next
   * call of the session sends it again, and until then the service is only more lenient with the last used token.
   */
  note(sessionId: string, session: OpenSession, refreshIdStart: string, address: string | undefined): void;
  /** Resolves when every statement sent so far is done. */
  settle(): Promise<void>;
}

/** Statements at the same time; a call beyond them notes nothing, and the next call of its session does. */
const MAX_RUNNING = 8;
/** How many sessions are remembered, so that concurrent calls don't send the same statement twice; about 3 MB. */
const MAX_REMEMBERED = 10_000;

export function createSessionTouches(sessions: Pick<SessionStore, "touch">): SessionTouches {
  /** By session: the state of the row for which a statement was sent. The statement changes it. */
  const sent = new LRUCache<string, string>({ max: MAX_REMEMBERED });
  const running = new Set<Promise<void>>();

  async function send(touch: SessionTouch): Promise<void> {
    await sessions.touch(null, touch).catch(() => sent.delete(touch.sessionId));
  }

  function start(state: string, touch: SessionTouch): void {
    if (running.size >= MAX_RUNNING) return;
    sent.set(touch.sessionId, state);
    const work = send(touch).finally(() => running.delete(work));
    running.add(work);
  }

  return {
    note(sessionId, session, refreshIdStart, address) {
      const { unconfirmedId, staleSince } = session;
      const confirmedId = unconfirmedId?.startsWith(refreshIdStart) ? unconfirmedId : null;
      const usedFrom = (staleSince && address) || null;
      if (confirmedId === null && usedFrom === null) return;
      const state = `${confirmedId} ${usedFrom === null ? "" : staleSince?.getTime()}`;
      if (sent.get(sessionId) === state) return;
      start(state, { sessionId, confirmedId, address: usedFrom });
    },
    async settle() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
