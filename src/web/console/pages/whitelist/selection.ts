import { createStore } from "../../state/store.js";
import { useStore } from "../../state/use-store.js";
import { onUserLeaves } from "../../state/user-leaves.js";

interface Stored {
  /** What the filters selected when it was made. */
  key: string;
  phones: ReadonlySet<string>;
  /** Everything that the filters select, instead of `phones`. */
  isAll: boolean;
}

const NOTHING: Stored = { key: "", phones: new Set(), isAll: false };

/** It outlives the page, so that it is there again after a look at a history. */
const stored = createStore(NOTHING);
onUserLeaves(() => stored.set(NOTHING));

export interface Selection {
  phones: ReadonlySet<string>;
  isAll: boolean;
  has(phone: string): boolean;
  /** Selects numbers, or no longer. */
  set(phones: readonly string[], isSelected: boolean): void;
  setAll(): void;
  clear(): void;
}

/** The numbers that are selected, over all pages of the list with the same filters. */
export function useSelection(key: string): Selection {
  const current = useStore(stored);
  const { phones, isAll } = current.key === key ? current : NOTHING;
  return {
    phones,
    isAll,
    has: (phone) => isAll || phones.has(phone),
    set(changed, isSelected) {
      const next = new Set(phones);
      for (const phone of changed) {
        if (isSelected) next.add(phone);
        else next.delete(phone);
      }
      stored.set({ key, phones: next, isAll: false });
    },
    setAll: () => stored.set({ key, phones: new Set(), isAll: true }),
    clear: () => stored.set(NOTHING),
  };
}
