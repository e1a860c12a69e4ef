import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** Moves the focus to `target` if another value of `shown` has removed what had it. */
export function useKeptFocus(target: RefObject<HTMLElement | null>, shown: unknown): void {
  const isFirst = useRef(true);
  useEffect(() => {
    if (!isFirst.current && isFocusLost()) target.current?.focus();
    isFirst.current = false;
  }, [shown]);
}

export function isFocusLost(): boolean {
  const { activeElement, body } = document;
  return !activeElement || activeElement === body;
}
