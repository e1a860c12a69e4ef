import type { BackOff } from "./back-off.js";
import type { Deadline } from "./deadline.js";
import { IdentityError } from "./error.js";
import type { Lifetimes } from "./lifetimes.js";
import type { Errors } from "./read-error.js";
import type { RefreshOutcome } from "./refresh.js";
import { type StateStore, withoutSession } from "./state-store.js";
import type { StoredSession } from "./token-store.js";

/** An access token, and the session that it belongs to. */
export type Grant = Pick<StoredSession, "id" | "access">;

/** The session of a client: who is signed in, and with which token. */
export interface Sessions {
  /** A usable access token, refreshed if need be; null if nobody is signed in. Rejects at the deadline. */
  grant(deadline: Deadline): Promise<Grant | null>;
  /** The server refused the token. */
  refuse(access: string): void;
  /**
   * Stores a session, and returns the one that it replaces.
   *
   * @param sentAt when the tokens were asked for
   */
  signIn(session: StoredSession, device: string, sentAt: number): Promise<StoredSession | undefined>;
  /** Ends the session on this device, and returns it. */
  signOut(options: { forgetsDevice: boolean }): Promise<StoredSession | undefined>;
  /** The open session, by the store. Notices if it ended elsewhere. */
  check(): Promise<StoredSession | undefined>;
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
  /** How often this client began or ended one. */
  let changes = 0;
  let attempt: Promise<void> | undefined;
  let lastFailure: IdentityError | undefined;

  async function check(): Promise<StoredSession | undefined> {
    const changesBefore = changes;
    const { session: stored } = await store.read();
    // What a slow store returns may be older than a change that is done by now.
    if (changes !== changesBefore) return check();
    const session = stored && !ended.has(stored.id) ? stored : undefined;
    if (session?.id === known) return session;
    const isNews = known !== undefined && !ended.has(known) && !(session && begun.has(session.id));
    known = session?.id;
    // In a task of its own: what it throws is the app's, and must not look like a failure of a call.
    if (isNews) queueMicrotask(deps.onSignedOut);
    return session;
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

  /** Renews a token that will expire soon, in the background. */
  function isUsable(session: StoredSession): boolean {
    const state = lifetimes.stateOf(session);
    if (state === "ending" && backOff.waitMs() === 0) void refreshOnce(session);
    return state !== "expired";
  }

  return {
    check,
    async grant(deadline) {
      for (;;) {
        const session = await deadline.race(check, failure);
        if (!session) return null;
        if (isUsable(session)) return session;
        await waitForAttempt(session, deadline);
      }
    },
    refuse: lifetimes.end,
    async signIn(session, device, sentAt) {
      begun.add(session.id);
      let replaced: StoredSession | undefined;
      await store.update((state) => {
        replaced = state.session;
        return { session, device: device || (state.device ?? "") };
      });
      lifetimes.start(session, sentAt);
      known = session.id;
      changes += 1;
      lastFailure = undefined;
      backOff.succeeded();
      return replaced;
    },
    async signOut({ forgetsDevice }) {
      let session: StoredSession | undefined;
      await store.update((state) => {
        session = state.session;
        if (session) ended.add(session.id);
        changes += 1;
        return forgetsDevice ? {} : withoutSession(state);
      });
      known = undefined;
      return session;
    },
  };
}
