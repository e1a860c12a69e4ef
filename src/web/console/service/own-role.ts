import { AccountRole } from "#client/gen/waterbill/identity/v1/account_service_pb.js";
import { createStore } from "../state/store.js";
import { accounts } from "./services.js";
import { sessionState } from "./session-state.js";

/** The role of who is signed in, as far as an overview has told it. Unspecified: not yet. */
export const ownRole = createStore<AccountRole>(AccountRole.UNSPECIFIED);

let loading: Promise<unknown> | null = null;

sessionState.follow(() => {
  if (sessionState.get().kind !== "signed-out") return;
  ownRole.set(AccountRole.UNSPECIFIED);
  loading = null;
});

/** Asks for the role, once for all views. After a failure it stays unspecified until another view asks. */
export function loadOwnRole(): void {
  const isKnown = ownRole.get() !== AccountRole.UNSPECIFIED;
  if (isKnown || loading || sessionState.get().kind !== "signed-in") return;
  const call = accounts.getOverview({});
  loading = call;
  const end = (role: AccountRole) => {
    // Meanwhile somebody else may have signed in.
    if (loading !== call) return;
    loading = null;
    ownRole.set(role);
  };
  call.then(
    ({ role }) => end(role),
    () => end(AccountRole.UNSPECIFIED),
  );
}
