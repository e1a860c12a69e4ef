import { sessionState } from "../service/session-state.js";

/** Calls `drop` as soon as the user has signed out, or somebody else has signed in. Not when a session only has expired. */
export function onUserLeaves(drop: () => void): void {
  let owner: number | null = null;
  sessionState.follow(() => {
    const state = sessionState.get();
    const hasSignedOut = state.kind === "signed-out" && state.reason === null;
    const userId = state.kind === "signed-in" ? state.identity.userId : owner;
    if (hasSignedOut || (owner !== null && userId !== owner)) drop();
    owner = hasSignedOut ? null : userId;
  });
}
