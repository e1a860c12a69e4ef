/** The tokens of a session. Lifetimes are seconds from the moment that the server issued them. */
export interface StoredSession {
  /** Tells sessions apart. Made by this package at sign-in; the server doesn't know it. */
  id: string;
  access: string;
  refresh: string;
  accessExpiresIn: number;
  refreshExpiresIn: number;
}

/** What the package keeps on a device. All of it is secret. */
export interface StoredState {
  /** Absent: signed out. */
  session?: StoredSession;
  /** Names this device at its next sign-in. Kept when the session ends. */
  device?: string;
  /** The registration that waits for its code, so that an app which restarts meanwhile can still activate it. */
  registration?: { phone: string; secret: string };
}

type Awaitable<T> = T | Promise<T>;

/** Where the tokens are kept. A function that throws or rejects never signs anybody out. */
export interface TokenStore {
  get(): Awaitable<StoredState | undefined>;
  /** The state must be safe when this returns or resolves: the tokens in it are used from then on. */
  set(state: StoredState): Awaitable<void>;
  clear(): Awaitable<void>;
  /** For stores that several tabs share: the name of their Web Locks. */
  readonly lockName?: string;
  /** For stores that others change: calls the listener after they did. Returns a function that ends it. */
  subscribe?(listener: () => void): () => void;
}

/** Keeps the tokens until the program ends. */
export function memoryStore(initial?: StoredState): TokenStore {
  let state = initial;
  return {
    get: () => state,
    set(next) {
      state = next;
    },
    clear() {
      state = undefined;
    },
  };
}

/** Asks a slow store once, such as a phone's keychain. For stores that no other program changes. */
export function cachedStore(store: TokenStore): TokenStore {
  let cached: { state: StoredState | undefined } | undefined;
  return {
    async get() {
      cached ??= { state: await store.get() };
      return cached.state;
    },
    async set(state) {
      // Unknown until it is written: the write may fail.
      cached = undefined;
      await store.set(state);
      cached = { state };
    },
    async clear() {
      cached = undefined;
      await store.clear();
      cached = { state: undefined };
    },
  };
}
