import type { Clock } from "./clock.js";
import type { Lock, WebLocks } from "./locks.js";
import type { Errors } from "./read-error.js";
import type { StoredState, TokenStore } from "./token-store.js";

/** The token store, with its failures as errors of the package. */
export interface StateStore {
  /** Rejects with STORAGE. */
  read(): Promise<StoredState>;
  /** Writes what `change` makes of the state, unless that is null, and returns what is stored then. Rejects with STORAGE. */
  update(change: (state: StoredState) => StoredState | null): Promise<StoredState>;
  /** With a Web Lock: waits until everything is visible that other tabs stored before they released it. */
  settle(): Promise<void>;
}

/** Browsers may pass on a lock sooner than what its last holder stored: Chromium does, by some milliseconds. */
const SETTLE_MS = 50;

interface StateStoreDeps {
  store: TokenStore;
  /** Held from reading to writing, so that no client overwrites what another one has just stored. */
  lock: Lock;
  locks: WebLocks | undefined;
  clock: Clock;
  errors: Errors;
}

export function createStateStore({ store, lock, locks, clock, errors }: StateStoreDeps): StateStore {
  async function guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      throw errors.create("STORAGE", { cause });
    }
  }

  const read = async (): Promise<StoredState> => (await store.get()) ?? {};

  async function write(state: StoredState): Promise<void> {
    if (Object.keys(state).length === 0) await store.clear();
    else await store.set(state);
  }

  return {
    read: () => guarded(read),
    update: (change) =>
      guarded(() =>
        lock(async () => {
          const state = await read();
          const next = change(state);
          if (next === null) return state;
          await write(next);
          return next;
        }),
      ),
    async settle() {
      if (!locks || !store.subscribe) return;
      const change = new AbortController();
      const unsubscribe = store.subscribe(() => change.abort());
      await clock.sleep(SETTLE_MS, change.signal);
      unsubscribe();
    },
  };
}

/** The state after the end of its session. The device stays, so that its next sign-in is known. */
export function withoutSession({ session: _, ...rest }: StoredState): StoredState {
  return rest;
}
