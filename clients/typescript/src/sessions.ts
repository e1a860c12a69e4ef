import type { BackOff } from "./back-off.js";
import type { Deadline } from "./deadline.js";
import { IdentityError } from "./error.js";
import type { Lifetimes } from "./lifetimes.js";
import type { Errors } from "./read-error.js";
import type { RefreshOutcome } from "./refresh.js";
import { type StateStore, withoutSession } from "./state-store.js";
import type { StoredSession, StoredState } from "./token-store.js";

/** An access token, and the session that it belongs to. */
export type Grant = Pick<StoredSession, "id" | "access">;

/** The session of a client: who is signed in, and with which token. */
export interface Sessions {
  /** A usable access token, refreshed if need be; null if nobody is signed in. Rejects at the deadline. */
  grant(deadline: Deadline): Promise<Grant | null>;
  /** The server refused the token. */
  refuse(grant: Grant): void;
  /** @param sentAt when the tokens were asked for */
  signIn(session: StoredSession, device: string, sentAt: number): Promise<void>;
  /** Ends the session on this device, and returns it. */
  signOut(options: { forgetsDevice: boolean }): Promise<StoredSession | undefined>;
  /** Reads the store, and notices if the session ended elsewhere. */
  check(): Promise<StoredState>;
}

interface SessionsDeps {
  store: StateStore;
  lifetimes: Lifetimes;
  backOff: BackOff;
  errors: Errors;
  /** Never rejects. */
  refresh: (seen: StoredSession) => Promise<RefreshOutcome>;
  onSignedOut: () => void;
}

export function createSessions(deps: SessionsDeps): Sessions {
  const { store, lifetimes, backOff, errors } = deps;
  /** The session that this client knows to be open. */
  let known: string | undefined;
  /** Sessions that this client began or ended itself: no news. */
  const begun = new Set<string>();
  const ended = new Set<string>();
  let attempt: Promise<void> | undefined;
  let lastFailure: IdentityError | undefined;

  async function check(): Promise<StoredState> {
    const state = await store.read();
    const id = state.session?.id;
    const current = id && !ended.has(id) ? id : undefined;
    const isNews = known !== undefined && current !== known && !(current && begun.has(current));
    known = current;
    // In a task of its own: what it throws is the app's, and must not look like a failure of a call.
    if (isNews) queueMicrotask(deps.onSignedOut);
    return state;
  }

  /** One attempt for all who ask while it runs. */
  function refreshOnce(session: StoredSession): Promise<void> {
    attempt ??= runAttempt(session).finally(() => {
      attempt = undefined;
    });
    return attempt;
  }

  async function runAttempt(session: StoredSession): Promise<void> {
    const outcome = await deps.refresh(session);
    lastFailure = outcome.kind === "unavailable" ? outcome.error : undefined;
    if (outcome.kind === "unavailable") backOff.failed(outcome.error.retryAfterSeconds);
    else backOff.succeeded();
  }

  /** Why there is no token yet. */
  function failure(): IdentityError {
    if (!lastFailure) return errors.create("TIMEOUT");
    const { reason, message } = lastFailure;
    const retryAfterSeconds = Math.ceil(backOff.demandedMs() / 1000) || undefined;
    return new IdentityError(reason, message, { retryAfterSeconds, cause: lastFailure });
  }

  async function waitForAttempt(session: StoredSession, deadline: Deadline): Promise<void> {
    // Nothing that happens before the deadline changes what the server demanded.
    if (backOff.demandedMs() > deadline.remainingMs()) throw failure();
    if (backOff.waitMs() > 0) await deadline.race((signal) => backOff.wait(signal), failure);
    else await deadline.race(() => refreshOnce(session), failure);
  }

  async function grant(deadline: Deadline): Promise<Grant | null> {
    const { session } = await deadline.race(check, failure);
    if (!session || ended.has(session.id)) return null;
    const state = lifetimes.stateOf(session);
    if (state === "expired") {
      await waitForAttempt(session, deadline);
      return grant(deadline);
    }
    if (state === "ending" && backOff.waitMs() === 0) void refreshOnce(session);
    return session;
  }

  return {
    check,
    grant,
    refuse: ({ access }) => lifetimes.end(access),
    async signIn(session, device, sentAt) {
      begun.add(session.id);
      lifetimes.start(session, sentAt);
      await store.update(() => (device ? { session, device } : { session }));
      known = session.id;
      lastFailure = undefined;
      backOff.succeeded();
    },
    async signOut({ forgetsDevice }) {
      let session: StoredSession | undefined;
      await store.update((state) => {
        session = state.session;
        if (session) ended.add(session.id);
        return forgetsDevice ? {} : withoutSession(state);
      });
      known = undefined;
      return session;
    },
  };
}
