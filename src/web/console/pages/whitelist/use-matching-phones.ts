import { useEffect, useRef, useState } from "preact/hooks";
import { systemClock } from "#client/src/clock.js";
import type { IdentityError } from "#client/src/error.js";
import { whitelist } from "../../service/services.js";
import { errors } from "../../service/transports.js";
import { type ListFilter, toRequest } from "./list-filter.js";
import { patiently } from "./patience.js";

/** The most entries that the service puts on a page. */
const PAGE_SIZE = 1000;

export interface MatchingPhones {
  /** Null until all are known. */
  phones: readonly string[] | null;
  /** How many are known so far. */
  count: number;
  /** When it goes on, if the service asks to wait. */
  resumesAt: Date | null;
  error: IdentityError | null;
  /** Goes on where it failed. */
  retry(): void;
}

/** The numbers that filters select, page by page; those of `known` if the user has chosen them. */
export function useMatchingPhones(filter: ListFilter, known: readonly string[] | null): MatchingPhones {
  const found = useRef({ phones: [] as string[], token: "" });
  const [attempt, setAttempt] = useState(0);
  const [state, setState] = useState<Omit<MatchingPhones, "retry">>({
    ...{ phones: known, count: known?.length ?? 0, resumesAt: null, error: null },
  });
  const update = (part: Partial<MatchingPhones>) => setState((before) => ({ ...before, ...part }));

  async function find(signal: AbortSignal): Promise<void> {
    const { current } = found;
    do {
      const request = { ...toRequest(filter), pageSize: PAGE_SIZE, pageToken: current.token };
      const page = await patiently(() => whitelist.listWhitelistEntries(request, { signal }), {
        ...{ sleep: systemClock.sleep, signal },
        onWait: (resumesAt) => update({ resumesAt }),
        onGoOn: () => update({ resumesAt: null }),
      });
      for (const { phone } of page.whitelist) current.phones.push(phone);
      current.token = page.nextPageToken;
      update({ count: current.phones.length });
    } while (current.token);
    update({ phones: current.phones });
  }

  useEffect(() => {
    if (known) return;
    const call = new AbortController();
    find(call.signal).catch((error: unknown) => {
      if (!call.signal.aborted) update({ error: errors.read(error) });
    });
    return () => call.abort();
  }, [attempt]);

  return {
    ...state,
    retry() {
      update({ error: null });
      setAttempt(attempt + 1);
    },
  };
}
