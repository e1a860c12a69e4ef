import { useEffect } from "preact/hooks";
import { currentPath, useRoute } from "../state/route.js";
import { createStore } from "../state/store.js";
import { useStore } from "../state/use-store.js";

const NOTHING = { text: "", path: "", number: 0 };
const announcement = createStore(NOTHING);

/**
 * Says what was done, to everybody: on the page, and through screen readers. It stays until the next one, or another page:
 * who shows another page for it does that first.
 */
export function announce(text: string): void {
  announcement.set({ text, path: currentPath(), number: announcement.get().number + 1 });
}

export function Announcer() {
  const path = useRoute().parts.join("/");
  const { text, number, path: ownPath } = useStore(announcement);
  useEffect(() => {
    if (announcement.get().path !== path) announcement.set(NOTHING);
  }, [path]);
  // What somebody did is not for who signs in next.
  useEffect(() => () => announcement.set(NOTHING), []);
  return (
    <p class="announcer" role="status">
      {/* Another element each time: screen readers read the same text again only then. */}
      {text && ownPath === path && <span key={number}>{text}</span>}
    </p>
  );
}
