import type { Clock } from "./clock.js";
import type { StoredSession } from "./token-store.js";

/** How long before its end a token is renewed, in the background. The random part keeps devices apart. */
const EARLY_MS = 30_000;
const EARLY_JITTER_MS = 30_000;

/** How long the access token may be used, by the clock of this program. */
export interface Lifetimes {
  /** Starts the lifetime of a token that was asked for at `since`. */
  start(session: StoredSession, since: number): void;
  /**
   * "expired" is certain. A token that another program got, or this one before a reload, counts from when it was first
   * seen here: the server may refuse it earlier.
   */
  stateOf(session: StoredSession): "fresh" | "ending" | "expired";
  /** The server refused this token. */
  end(access: string): void;
}

export function createLifetimes(clock: Clock, random: () => number): Lifetimes {
  let current = { access: "", expiresAt: 0, renewAt: 0 };

  function start({ access, accessExpiresIn }: StoredSession, since: number): void {
    const lifetimeMs = accessExpiresIn * 1000;
    const earlyMs = Math.min(lifetimeMs / 4, EARLY_MS + random() * EARLY_JITTER_MS);
    const expiresAt = since + lifetimeMs;
    current = { access, expiresAt, renewAt: expiresAt - earlyMs };
  }

  return {
    start,
    stateOf(session) {
      if (session.access !== current.access) start(session, clock.now());
      if (clock.now() >= current.expiresAt) return "expired";
      return clock.now() >= current.renewAt ? "ending" : "fresh";
    },
    end(access) {
      if (access === current.access) current = { access, expiresAt: 0, renewAt: 0 };
    },
  };
}
