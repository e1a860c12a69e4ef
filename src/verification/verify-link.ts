import type { Tx } from "../db/database.js";
import { DomainError } from "../errors.js";
import type { Operation } from "../sms/sms-gateway.js";
import type { User } from "../users/user.js";
import type { UserStore } from "../users/user-store.js";
import type { LiveCode } from "./code-store.js";
import { type CallerSession, type CompareCodeDeps, codeError, compareCode } from "./compare-code.js";
import { findByDigest } from "./link-token.js";

export interface VerifyLinkDeps extends CompareCodeDeps {
  users: UserStore;
}

/**
 * Finds the live link that `token` belongs to, and the active account it was sent to. If the caller is signed in, the
 * session must belong to that account.
 *
 * Throws TOKEN_REQUIRED, TOKEN_INVALID, CODE_LOCKED, or LINK_REJECTED for a token that is unknown, used, expired,
 * voided, or was issued for another operation or account. CODE_LOCKED carries a challenge as that of `compareCode` does.
 */
export async function findLink(
  deps: VerifyLinkDeps,
  token: string,
  purpose: Operation,
  session: CallerSession | null,
): Promise<{ link: LiveCode; user: User }> {
  const now = deps.clock.now();
  const link = await findByDigest(deps.codeKeys, token, (digest) =>
    deps.codes.findByToken(null, digest, purpose, now),
  );
  if (!link) throw new DomainError("LINK_REJECTED");
  if (link.isLocked) throw await codeError(deps, "CODE_LOCKED", link, session);
  const account = await deps.users.findById(null, link.userId);
  const isOtherAccount = session !== null && session.userId !== link.userId;
  if (!account?.user.isActive || isOtherAccount) throw new DomainError("LINK_REJECTED");
  return { link, user: account.user };
}

/**
 * Verifies the code that came with the link, as `compareCode` does.
 *
 * Throws CODE_INCORRECT or CODE_LOCKED, or LINK_REJECTED when the link was consumed or voided in the meantime.
 */
export async function verifyCode(
  deps: VerifyLinkDeps,
  link: LiveCode,
  text: string,
  session: CallerSession | null,
): Promise<void> {
  if (!(await compareCode(deps, [link], text, session))) throw new DomainError("LINK_REJECTED");
}

/** Takes back the attempt that `verifyCode` counted, for a correct code whose caller could not be served after all. */
export async function refundAttempt(deps: VerifyLinkDeps, link: LiveCode): Promise<void> {
  await deps.codes.refundAttempt(null, link.id);
}

/**
 * Consumes a link whose code was verified, with the other codes of its series. It must be the first statement of the
 * transaction that performs the operation. That transaction then changes the account, and only after that voids the
 * account's other codes; otherwise it could miss a code that is being issued concurrently.
 *
 * Throws LINK_REJECTED for every caller but the first.
 */
export async function consumeLink(deps: VerifyLinkDeps, tx: Tx, link: LiveCode): Promise<void> {
  if (!(await deps.codes.consume(tx, link))) throw new DomainError("LINK_REJECTED");
}
