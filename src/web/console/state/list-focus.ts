import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** Where what had the focus is gone: moves it to `element`, so that people with a keyboard or a screen reader stay near. */
export function keepFocus(element: HTMLElement | null): void {
  if (document.activeElement === document.body) element?.focus();
}

/**
 * Moves the focus to `target` after another page of a list was opened by the pager, and when a row with the focus is gone.
 * `shown` is what the list shows; undefined: nothing yet. `others` is what else comes and goes with the focus.
 */
export function useListFocus(
  target: RefObject<HTMLElement | null>,
  shown: { number: number } | undefined,
  ...others: readonly unknown[]
): void {
  const before = useRef<number | undefined>(undefined);
  useEffect(() => {
    if (!shown) return;
    const hasTurned = before.current !== undefined && before.current !== shown.number;
    if (hasTurned && document.activeElement?.closest(".pager")) target.current?.focus();
    else keepFocus(target.current);
    before.current = shown.number;
  }, [shown, ...others]);
}
