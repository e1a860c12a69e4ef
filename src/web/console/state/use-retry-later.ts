import { useEffect, useMemo } from "preact/hooks";
import type { IdentityError } from "#client/src/error.js";

/** Asks once more when a limit allows it again. Returns when that is; null: no limit is reached. */
export function useRetryLater({ error, reload }: { error: IdentityError | null; reload(): void }) {
  const waitMs = error?.reason === "RATE_LIMITED" ? Math.max(1, error.retryAfterSeconds ?? 1) * 1000 : null;
  useEffect(() => {
    if (waitMs === null) return;
    const timer = setTimeout(reload, waitMs);
    return () => clearTimeout(timer);
  }, [error]);
  return useMemo(() => (waitMs === null ? null : new Date(Date.now() + waitMs)), [error]);
}
