import { useLayoutEffect, useState } from "preact/hooks";
import type { Store } from "./store.js";

/** The value of a store; the view is drawn again when it changes. */
export function useStore<T>(store: Store<T>): T {
  const [, redraw] = useState({});
  // Before anything else runs: a change between drawing and following would be missed.
  useLayoutEffect(() => store.follow(() => redraw({})), [store]);
  return store.get();
}
