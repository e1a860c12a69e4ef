import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { keepFocus } from "./focus.js";

/** Moves the focus to `target` if other values of `shown` have removed what had it. */
export function useKeptFocus(target: RefObject<HTMLElement | null>, ...shown: readonly unknown[]): void {
  const isFirst = useRef(true);
  useEffect(() => {
    if (!isFirst.current) keepFocus(target.current);
    isFirst.current = false;
  }, shown);
}

/** Moves the focus to `target` after the pager has opened the page `number` of a list. Undefined: none is shown yet. */
export function useTurnedPage(target: RefObject<HTMLElement | null>, number: number | undefined): void {
  const before = useRef(number);
  useEffect(() => {
    if (before.current !== undefined && document.activeElement?.closest(".pager")) target.current?.focus();
    before.current = number;
  }, [number]);
}
