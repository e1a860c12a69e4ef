import { useEffect } from "preact/hooks";
import { AccountRole } from "#client/gen/waterbill/identity/v1/account_service_pb.js";
import { loadOwnRole, ownRole } from "../service/own-role.js";
import { sessionState } from "../service/session-state.js";
import { useStore } from "./use-store.js";

/** Whether views show what only superusers may do. The service decides, whatever is shown. */
export function useIsSuperuser(): boolean {
  const session = useStore(sessionState);
  useEffect(loadOwnRole, [session]);
  return useStore(ownRole) === AccountRole.SUPERUSER;
}

/** Whether the account `id` is that of who is signed in. */
export function useIsOwnAccount(id: number): boolean {
  const state = useStore(sessionState);
  return state.kind === "signed-in" && state.identity.userId === id;
}
