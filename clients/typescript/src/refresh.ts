import type { RefreshTokenResponse } from "../gen/waterbill/identity/v1/auth_service_pb.js";
import type { Clock } from "./clock.js";
import type { IdentityError } from "./error.js";
import type { Lifetimes } from "./lifetimes.js";
import type { Lock } from "./locks.js";
import type { Errors } from "./read-error.js";
import { type StateStore, withoutSession } from "./state-store.js";
import type { StoredSession } from "./token-store.js";

/** `done`: the store has other tokens now, or none. `unavailable`: nothing is known, and the session stays. */
export type RefreshOutcome = { kind: "done" } | { kind: "unavailable"; error: IdentityError };

interface RefreshDeps {
  store: StateStore;
  /** Held during the request, so that the tabs of a browser don't refresh at once. */
  lock: Lock;
  clock: Clock;
  errors: Errors;
  lifetimes: Lifetimes;
  /** Calls RefreshToken. */
  exchange: (refresh: string) => Promise<RefreshTokenResponse>;
}

/** Makes one attempt to replace the tokens of `seen`. Never rejects. */
export async function refreshSession(deps: RefreshDeps, seen: StoredSession): Promise<RefreshOutcome> {
  try {
    await deps.lock(() => refreshUnlessDone(deps, seen));
    return { kind: "done" };
  } catch (error) {
    return { kind: "unavailable", error: deps.errors.read(error) };
  }
}

async function refreshUnlessDone(deps: RefreshDeps, seen: StoredSession): Promise<void> {
  // Another client has refreshed or signed out while this one waited for the lock.
  const isDone = async () => (await deps.store.read()).session?.refresh !== seen.refresh;
  if (await isDone()) return;
  await deps.store.settle();
  if (await isDone()) return;
  const sentAt = deps.clock.now();
  const successor = await requestSuccessor(deps, seen);
  // Stored before it is used: the server then knows that the tokens before it are used up. Without locks another client
  // may have stored its own successor meanwhile, or the user has signed out.
  const stored = await deps.store.update((state) => {
    if (state.session?.refresh !== seen.refresh) return null;
    return successor ? { ...state, session: successor } : withoutSession(state);
  });
  if (successor && stored.session === successor) deps.lifetimes.start(successor, sentAt);
}

/** Null if the service rejects the token: only that ends a session. */
async function requestSuccessor(deps: RefreshDeps, session: StoredSession): Promise<StoredSession | null> {
  try {
    const { access, refresh, accessExpiresIn, refreshExpiresIn } = await deps.exchange(session.refresh);
    const isUsable = access && access !== session.access && refresh && accessExpiresIn > 0;
    // A 200 of something else, such as the JSON of a captive portal.
    if (!isUsable) throw deps.errors.create("UNAVAILABLE");
    return { id: session.id, access, refresh, accessExpiresIn, refreshExpiresIn };
  } catch (error) {
    if (deps.errors.read(error).reason === "REFRESH_REJECTED") return null;
    throw error;
  }
}
