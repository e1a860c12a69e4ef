import type { Clock } from "./clock.js";
import type { TokenStore } from "./token-store.js";

/** The part of `navigator.locks` that is used. */
export interface WebLocks {
  request<T>(name: string, options: { signal: AbortSignal }, work: () => Promise<T>): Promise<T>;
  query?(): Promise<{ held?: { name?: string; clientId?: string }[] }>;
}

/** Runs one `work` at a time. */
export type Lock = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * A tab that a browser suspended may hold a lock for hours. After this time work goes on without it: the server gives
 * two tabs that refresh at once the same tokens, and no store is written without a look at what it holds. Tabs that pass
 * the lock on to each other are not suspended.
 */
const LOCK_PATIENCE_MS = 15_000;

/** The last work of each store in this program, by purpose. */
const queues = new WeakMap<TokenStore, Map<string, Promise<unknown>>>();

/** The browser's Web Locks; undefined where there are none (React Native, Node 20, pages without HTTPS). */
export function browserLocks(): WebLocks | undefined {
  return (globalThis as { navigator?: { locks?: WebLocks } }).navigator?.locks;
}

/** A lock of all clients of a store: by Web Locks if tabs share it and the browser has them, else in this program. */
export function createLock(
  { store, locks, clock }: { store: TokenStore; locks: WebLocks | undefined; clock: Clock },
  purpose: string,
): Lock {
  const { lockName } = store;
  if (locks && lockName) return (work) => withWebLock(locks, `${lockName}:${purpose}`, clock, work);
  return (work) => inTurn(store, purpose, work);
}

async function withWebLock<T>(
  locks: WebLocks,
  name: string,
  clock: Clock,
  work: () => Promise<T>,
): Promise<T> {
  const patience = new AbortController();
  const waiting = new AbortController();
  let isHeld = false;
  void hasNotMoved(locks, name, clock, waiting.signal).then(() => {
    if (!isHeld) patience.abort();
  });
  try {
    return await locks.request(name, { signal: patience.signal }, () => {
      isHeld = true;
      waiting.abort();
      return work();
    });
  } catch (error) {
    if (isHeld) throw error;
    return await work();
  } finally {
    waiting.abort();
  }
}

/** Resolves when one tab has had the lock for too long, or the signal aborts. */
async function hasNotMoved(locks: WebLocks, name: string, clock: Clock, signal: AbortSignal): Promise<void> {
  const holder = async () =>
    (await locks.query?.().catch(() => undefined))?.held?.find((lock) => lock.name === name)?.clientId;
  let before = await holder();
  for (;;) {
    await clock.sleep(LOCK_PATIENCE_MS, signal);
    const now = await holder();
    if (signal.aborted || now === before) return;
    before = now;
  }
}

function inTurn<T>(store: TokenStore, purpose: string, work: () => Promise<T>): Promise<T> {
  const queue = queues.get(store) ?? new Map<string, Promise<unknown>>();
  queues.set(store, queue);
  const result = (queue.get(purpose) ?? Promise.resolve()).then(work);
  queue.set(
    purpose,
    result.catch(() => undefined),
  );
  return result;
}
