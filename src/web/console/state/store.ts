/** A value that views follow. */
export interface Store<T> {
  get(): T;
  set(value: T): void;
  /** Calls `onChange` after each change. Returns a stop. */
  follow(onChange: () => void): () => void;
}

export function createStore<T>(initial: T): Store<T> {
  let current = initial;
  const followers = new Set<() => void>();
  return {
    get: () => current,
    set(value) {
      if (Object.is(value, current)) return;
      current = value;
      for (const follower of [...followers]) follower();
    },
    follow(onChange) {
      followers.add(onChange);
      return () => followers.delete(onChange);
    },
  };
}
