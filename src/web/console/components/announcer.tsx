import { useEffect } from "preact/hooks";
import { createStore } from "../state/store.js";
import { useStore } from "../state/use-store.js";

const announcement = createStore("");

/** Says what was done, to everybody: on the page, and through screen readers. It stays until the next one. */
export function announce(text: string): void {
  announcement.set("");
  // Screen readers read a text only if it changes.
  requestAnimationFrame(() => announcement.set(text));
}

export function Announcer() {
  // What somebody did is not for who signs in next.
  useEffect(() => () => announcement.set(""), []);
  return (
    <p class="announcer" role="status">
      {useStore(announcement)}
    </p>
  );
}
