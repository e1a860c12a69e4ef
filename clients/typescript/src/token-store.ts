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
  /** Grows with each write, at its beginning and its end. */
  let writes = 0;

  /** What is kept is unknown until `work` is done, which may fail. */
  async function write(work: () => Awaitable<void>, state: StoredState | undefined): Promise<void> {
    cached = undefined;
    writes += 1;
    await work();
    writes += 1;
    cached = { state };
  }

  return {
    async get() {
      if (cached) return cached.state;
      const writesBefore = writes;
      const state = await store.get();
      // A read that took longer than a write says what was there before.
      if (writes === writesBefore) cached = { state };
      return cached ? cached.state : state;
    },
    set: (state) => write(() => store.set(state), state),
    clear: () => write(() => store.clear(), undefined),
  };
}
