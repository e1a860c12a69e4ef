import { useContext, useEffect, useState } from "preact/hooks";
import type { IdentityError } from "#client/src/error.js";
import { errors } from "../service/transports.js";
import { Activity } from "./activity.js";

/** What a view reads from the service. */
export interface Query<T> {
  /** Undefined until the first response. It stays while another one is awaited, and after a failure. */
  data: T | undefined;
  /** Why the last attempt failed; null if it didn't. */
  error: IdentityError | null;
  isLoading: boolean;
  /** Asks once more. */
  reload(): void;
}

/**
 * Calls `read` now, and again when `key` changes, which names what it reads, or when the pages are shown again after it failed.
 * A response that comes too late is dropped.
 */
export function useQuery<T>(key: string, read: (signal: AbortSignal) => Promise<T>): Query<T> {
  const [attempt, setAttempt] = useState(0);
  const [state, setState] = useState<Omit<Query<T>, "reload">>({
    data: undefined,
    error: null,
    isLoading: true,
  });

  useEffect(() => {
    const call = new AbortController();
    setState(({ data }) => ({ data, error: null, isLoading: true }));
    read(call.signal).then(
      (data) => {
        if (!call.signal.aborted) setState({ data, error: null, isLoading: false });
      },
      (error: unknown) => {
        if (!call.signal.aborted)
          setState(({ data }) => ({ data, error: errors.read(error), isLoading: false }));
      },
    );
    return () => call.abort();
  }, [key, attempt]);

  const isActive = useContext(Activity);
  useEffect(() => {
    if (isActive && state.error) setAttempt((count) => count + 1);
  }, [isActive]);

  return { ...state, reload: () => setAttempt((count) => count + 1) };
}
