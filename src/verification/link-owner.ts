import { DomainError } from "../errors.js";
import type { User } from "../users/user.js";
import type { UserStore } from "../users/user-store.js";
import type { Purpose } from "./code.js";
import type { LinkedCode } from "./code-store.js";
import { findLink, type RedeemLinkDeps } from "./verify-link.js";

export interface LinkOwnerDeps extends RedeemLinkDeps {
  users: UserStore;
}

/** The session of a caller who needs none but came with one. */
export interface OwnSession {
  id: string;
  userId: number;
}

/**
 * The live link behind a token of this very operation, and the active account it was sent to. A session that
 * comes along must be the same account's.
 *
 * Throws TOKEN_REQUIRED, TOKEN_INVALID, CODE_LOCKED or LINK_REJECTED.
 */
export async function findLinkOwner(
  deps: LinkOwnerDeps,
  token: string,
  purpose: Purpose,
  session: OwnSession | null,
): Promise<{ link: LinkedCode; user: User }> {
  const link = await findLink(deps, token, purpose);
  const account = await deps.users.findById(null, link.userId);
  const isOthers = session !== null && session.userId !== link.userId;
  if (!account?.user.isActive || isOthers) throw new DomainError("LINK_REJECTED");
  return { link, user: account.user };
}
