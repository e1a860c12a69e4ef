import { keep, readKept } from "../state/storage.js";

/** What the tabs of a browser tell each other about its session, whose cookie no script can read. */
export type SessionMark =
  /** There is none. */
  | { kind: "none" }
  | { kind: "open"; userId: number }
  /** The service has ended it. */
  | { kind: "ended" }
  /** Its user has signed out, and the service doesn't know yet. */
  | { kind: "leaving" };

const KEY = "waterbill.console.session";

export function readMark(): SessionMark {
  const [kind, userId] = (readKept(KEY) ?? "").split(" ");
  if (kind === "open") return { kind, userId: Number(userId) };
  return kind === "ended" || kind === "leaving" ? { kind } : { kind: "none" };
}

/** Tells the other tabs, even if the mark is the same as before. */
export function writeMark(mark: SessionMark): void {
  if (mark.kind === "open") keep(KEY, `open ${mark.userId} ${Date.now()}`);
  else keep(KEY, mark.kind === "none" ? null : mark.kind);
}

/** Calls `onChange` when another tab has written a mark. */
export function followMark(onChange: (mark: SessionMark) => void): void {
  addEventListener("storage", ({ key }) => {
    // Null: everything was removed.
    if (key === KEY || key === null) onChange(readMark());
  });
}
