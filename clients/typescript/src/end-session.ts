import { IdentityError } from "./error.js";
import type { CallOptions } from "./responses.js";
import type { Services } from "./services.js";
import type { StoredSession } from "./token-store.js";

/** The calls here have tokens of their own: the store holds none any more. */
type AuthClient = Pick<Services["auth"], "logout" | "refreshToken">;

/** Ends a session on the server. Resolves with whether the server said that it is over. */
export async function endSession(
  auth: AuthClient,
  session: StoredSession,
  options: CallOptions,
): Promise<boolean> {
  const logout = ({ access, refresh }: Pick<StoredSession, "access" | "refresh">) =>
    auth.logout({ refresh }, { ...options, headers: { authorization: `Bearer ${access}` } });
  try {
    try {
      await logout(session);
    } catch (error) {
      if (reasonOf(error) !== "UNAUTHENTICATED") throw error;
      await logout(await auth.refreshToken({ refresh: session.refresh }, options));
    }
    return true;
  } catch (error) {
    return reasonOf(error) === "REFRESH_REJECTED";
  }
}

const reasonOf = (error: unknown) => (error instanceof IdentityError ? error.reason : undefined);
