import type { Challenge } from "../challenge.js";
import type { Tx } from "../db/database.js";
import { DomainError } from "../errors.js";
import type { Operation } from "../sms/sms-gateway.js";
import { addSeconds, type Clock } from "../system/clock.js";
import type { User } from "../users/user.js";
import type { UserStore } from "../users/user-store.js";
import { constantChallenge } from "./challenge.js";
import { isCorrectCode, MAX_ATTEMPTS } from "./code.js";
import type { CodeStore, VerificationLink } from "./code-store.js";
import { linkRequest } from "./link-request.js";
import { findByDigest } from "./link-token.js";
import { readChallenge } from "./read-challenge.js";
import { QUOTA_SECONDS } from "./sms-quota.js";
import type { SmsQuotaStore } from "./sms-quota-store.js";

export interface VerifyLinkDeps {
  codes: CodeStore;
  users: UserStore;
  smsQuota: SmsQuotaStore;
  clock: Clock;
  /** HMAC keys of the stored digests: each may be that of a code or link. */
  codeKeys: readonly Uint8Array[];
}

/** The session of the access token that came with a call to an ACCESS_OPTIONAL method. */
export interface CallerSession {
  id: string;
  userId: number;
  /** The IP address that the call came from. */
  address: string;
}

/**
 * Finds the live link that `token` belongs to, and the active account it was sent to. If the caller is signed in, the
 * session must belong to that account.
 *
 * Throws TOKEN_REQUIRED, TOKEN_INVALID, CODE_LOCKED, or LINK_REJECTED for a token that is unknown, used, expired,
 * voided, or was issued for another operation or account. CODE_LOCKED carries a challenge as that of `verifyCode` does.
 */
export async function findLink(
  deps: VerifyLinkDeps,
  token: string,
  purpose: Operation,
  session: CallerSession | null,
): Promise<{ link: VerificationLink; user: User }> {
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
 * Verifies the code that came with the link. The attempt is counted durably before the comparison, whatever happens
 * to the call afterwards.
 *
 * Throws CODE_INCORRECT, CODE_LOCKED after five counted attempts at the codes of the series, or LINK_REJECTED when
 * the link was consumed or voided in the meantime. The first two carry the true challenge if `session` is of the link's
 * account, and the constant one otherwise.
 */
export async function verifyCode(
  deps: VerifyLinkDeps,
  link: VerificationLink,
  text: string,
  session: CallerSession | null,
): Promise<void> {
  const now = deps.clock.now();
  if (!(await deps.codes.countAttempt(null, link.id, now))) {
    const newest = await deps.codes.findNewest(null, link, now);
    const isLocked = newest !== null && newest.attempts >= MAX_ATTEMPTS;
    throw isLocked ? await codeError(deps, "CODE_LOCKED", link, session) : new DomainError("LINK_REJECTED");
  }
  if (!isCorrectCode(deps.codeKeys, { ...link, ownerId: link.userId }, link.codeDigest, text)) {
    throw await codeError(deps, "CODE_INCORRECT", link, session);
  }
}

/** An error about the code of a link, with the true challenge if the caller is signed in to its account. */
async function codeError(
  deps: VerifyLinkDeps,
  reason: "CODE_INCORRECT" | "CODE_LOCKED",
  link: VerificationLink,
  session: CallerSession | null,
): Promise<DomainError> {
  const now = deps.clock.now();
  const challenge =
    session?.userId === link.userId
      ? await currentChallenge(deps, link, session, now)
      : constantChallenge(now);
  if (reason === "CODE_LOCKED") return new DomainError(reason, { challenge });
  return new DomainError(reason, { challenge, message: (m) => m.verificationCodeIncorrect });
}

async function currentChallenge(
  { codes, smsQuota }: VerifyLinkDeps,
  link: VerificationLink,
  { address: callerAddress }: CallerSession,
  now: Date,
): Promise<Challenge> {
  const request = linkRequest({ purpose: link.purpose, isOwner: true, callerAddress });
  const sends = await smsQuota.recent(null, link.phone, addSeconds(now, -QUOTA_SECONDS));
  return readChallenge(codes, null, link, { request, sends }, now);
}

/** Takes back the attempt that `verifyCode` counted, for a correct code whose caller could not be served after all. */
export async function refundAttempt(deps: VerifyLinkDeps, link: VerificationLink): Promise<void> {
  await deps.codes.refundAttempt(null, link.id);
}

/**
 * Consumes a link whose code was verified, with the other codes of its series. It must be the first statement of the
 * transaction that performs the operation. That transaction then changes the account, and only after that voids the
 * account's other codes; otherwise it could miss a code that is being issued concurrently.
 *
 * Throws LINK_REJECTED for every caller but the first.
 */
export async function consumeLink(deps: VerifyLinkDeps, tx: Tx, link: VerificationLink): Promise<void> {
  if (!(await deps.codes.consume(tx, link))) throw new DomainError("LINK_REJECTED");
}
