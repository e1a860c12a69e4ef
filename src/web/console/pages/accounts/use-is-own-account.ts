import { sessionState } from "../../service/session-state.js";
import { useStore } from "../../state/use-store.js";

/** Whether the account `id` is that of who is signed in. */
export function useIsOwnAccount(id: number): boolean {
  const state = useStore(sessionState);
  return state.kind === "signed-in" && state.identity.userId === id;
}
