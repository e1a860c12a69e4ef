import { useEffect } from "preact/hooks";
import { createStore } from "../state/store.js";
import { useStore } from "../state/use-store.js";

const NOTHING = { text: "", number: 0 };
const announcement = createStore(NOTHING);

/** Says what was done, to everybody: on the page, and through screen readers. It stays until the next one. */
export function announce(text: string): void {
  announcement.set({ text, number: announcement.get().number + 1 });
}

export function Announcer() {
  const { text, number } = useStore(announcement);
  // What somebody did is not for who signs in next.
  useEffect(() => () => announcement.set(NOTHING), []);
  return (
    <p class="announcer" role="status">
      {/* Another element each time: screen readers read the same text again only then. */}
      {text && <span key={number}>{text}</span>}
    </p>
  );
}
