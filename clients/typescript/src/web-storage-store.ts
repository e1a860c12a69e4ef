import type { StoredSession, StoredState, TokenStore } from "./token-store.js";

/** The part of `localStorage` that is used. */
export interface WebStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** The part of `window` that tells of other tabs' changes. */
interface StorageEvents {
  addEventListener?(type: "storage", listener: (event: { key: string | null }) => void): void;
  removeEventListener?(type: "storage", listener: (event: { key: string | null }) => void): void;
}

/** Keeps the tokens in `localStorage`, shared by all tabs of the origin. */
export function webStorageStore(storage: WebStorage, key = "waterbill-identity"): TokenStore {
  return {
    lockName: key,
    get: () => parseState(storage.getItem(key)),
    set: (state) => storage.setItem(key, JSON.stringify(state)),
    clear: () => storage.removeItem(key),
    subscribe(listener) {
      const events = globalThis as StorageEvents;
      const onStorage = (event: { key: string | null }) => {
        // Null: the whole storage was cleared.
        if (event.key === key || event.key === null) listener();
      };
      events.addEventListener?.("storage", onStorage);
      return () => events.removeEventListener?.("storage", onStorage);
    },
  };
}

/** Text that is no state, or that of another program, counts as none. */
function parseState(text: string | null): StoredState | undefined {
  if (text === null) return undefined;
  try {
    const value = JSON.parse(text) as StoredState | null;
    if (typeof value !== "object" || value === null) return undefined;
    const { session, ...rest } = value;
    return isSession(session) ? { ...rest, session } : rest;
  } catch {
    return undefined;
  }
}

function isSession(session: StoredSession | undefined): session is StoredSession {
  return Boolean(session?.id && session.access && session.refresh) && Number(session?.accessExpiresIn) > 0;
}
