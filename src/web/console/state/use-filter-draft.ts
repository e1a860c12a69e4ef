import { useEffect, useRef, useState } from "preact/hooks";
import { addressOf, show } from "./route.js";

/** Pause (ms) in the typing after which the list is asked for: a few calls for each word, of the 1,000 an hour. */
const TYPING_PAUSE_MS = 400;

/** The filters of a list that are being edited, `F`: all are texts, as the address has them. */
export interface FilterDraft<F> {
  /** What the fields show. It gets ahead of the address while somebody types. */
  filter: F;
  /** `isTyping`: the address follows after a pause, without a step in the browser's history. */
  change(part: Partial<F>, isTyping?: boolean): void;
}

/**
 * The filters of the list at the path `parts`. `applied` are those of the address, and win when the user goes back or
 * forward.
 */
export function useFilterDraft<F extends { [Name in keyof F]: string }>(
  parts: readonly string[],
  applied: F,
): FilterDraft<F> {
  const key = JSON.stringify(applied);
  const [filter, setFilter] = useState(applied);
  const latest = useRef(applied);
  const ownKey = useRef(key);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  useEffect(() => {
    if (key === ownKey.current) return;
    clearTimeout(timer.current);
    ownKey.current = key;
    latest.current = applied;
    setFilter(applied);
  }, [key]);
  useEffect(() => () => clearTimeout(timer.current), []);

  return {
    filter,
    change(part, isTyping = false) {
      const next = { ...latest.current, ...part };
      latest.current = next;
      setFilter(next);
      clearTimeout(timer.current);
      const apply = () => {
        ownKey.current = JSON.stringify(next);
        show(addressOf(parts, next), { replace: isTyping });
      };
      if (isTyping) timer.current = setTimeout(apply, TYPING_PAUSE_MS);
      else apply();
    },
  };
}
