import type { IdentityError } from "#client/src/error.js";
import { createStore } from "../state/store.js";
import type { Identity } from "./access-token.js";

/** Why somebody is signed out who didn't ask for it in this tab. */
export type SignOutReason =
  /** The service has ended the session, before the page was loaded. */
  | "over"
  /** The service has ended the session in the middle of work, which the page keeps. */
  | "ended"
  /** In another tab. */
  | "elsewhere"
  /** The account is no administrator's. */
  | "no-rights";

/** Whether the service still has the session of somebody who has signed out, and the browser its cookie. */
export type Remainder = "none" | "closing" | "open";

/** Whether somebody is signed in to this page. */
export type SessionState =
  /** The page asks for the session that the browser has a cookie of. `error`: why it could not, for another try. */
  | { kind: "starting"; error: IdentityError | null }
  | { kind: "signed-out"; reason: SignOutReason | null; remainder: Remainder }
  /** The methods for administrators ask for a code by SMS; `isInterruption`: in the middle of work. */
  | { kind: "second-step"; identity: Identity; isInterruption: boolean }
  | { kind: "signed-in"; identity: Identity };

export const sessionState = createStore<SessionState>({ kind: "starting", error: null });

/** Who is signed in, with or without the second step. */
export function currentIdentity(): Identity | null {
  const state = sessionState.get();
  return state.kind === "signed-in" || state.kind === "second-step" ? state.identity : null;
}
