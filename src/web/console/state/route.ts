import { createStore } from "./store.js";
import { useStore } from "./use-store.js";

/**
 * What the page shows: `#/whitelist?search=675`. It is behind the `#`, so that no server and no proxy logs the numbers that
 * people search for, and in the address, so that back, forward, reload and bookmarks work.
 */
export interface Route {
  /** The parts of the path: `["accounts", "+237670000001"]`. */
  parts: readonly string[];
  params: URLSearchParams;
}

function read(): Route {
  const [path = "", query = ""] = location.hash.replace(/^#\/?/, "").split("?", 2);
  return { parts: path.split("/").filter(Boolean).map(decode), params: new URLSearchParams(query) };
}

/** People may type an address that is no encoded text. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const route = createStore<Route>(read());
let followed = location.hash;
addEventListener("hashchange", follow);

function follow(): void {
  if (followed === location.hash) return;
  followed = location.hash;
  route.set(read());
}

export const useRoute = (): Route => useStore(route);

/** The path of the view, without its parameters. */
export const currentPath = (): string => route.get().parts.join("/");

/** The address of a view; parameters that are empty are left out. */
export function addressOf(parts: readonly string[], params: Readonly<Record<string, string>> = {}): string {
  const set = Object.entries(params).filter(([, value]) => value !== "");
  const query = new URLSearchParams(set).toString();
  return `#/${parts.map(encodeURIComponent).join("/")}${query && `?${query}`}`;
}

/** Shows another view. `replace`: without a step in the browser's history, as while somebody types. */
export function show(address: string, { replace = false } = {}): void {
  if (address === location.hash) return;
  if (replace) history.replaceState(null, "", address);
  else location.hash = address;
  // The event comes later, and what the user does next is meant for the new view.
  follow();
}
