import type { Challenge } from "../challenge.js";
import { DomainError } from "../errors.js";
import { addSeconds, type Clock } from "../system/clock.js";
import { constantChallenge } from "./challenge.js";
import { isCorrectCode, MAX_ATTEMPTS } from "./code.js";
import type { CodeStore, LiveCode, Recipient } from "./code-store.js";
import { operationRequest } from "./operation-request.js";
import { readChallenge } from "./read-challenge.js";
import { QUOTA_SECONDS } from "./sms-quota.js";
import type { SmsQuotaStore } from "./sms-quota-store.js";

export interface CompareCodeDeps {
  codes: CodeStore;
  smsQuota: SmsQuotaStore;
  clock: Clock;
  /** HMAC keys of the stored digests: each may be that of a code or link. */
  codeKeys: readonly Uint8Array[];
}

/** The session of the access token that came with a call. */
export interface CallerSession {
  id: string;
  userId: number;
  /** The IP address that the call came from. */
  address: string;
}

/**
 * Compares what a user typed with live codes of one series, newest first, and returns the one that it is. The attempt is
 * counted durably before the comparison, whatever happens to the call afterwards, and once for all of them. Null, with
 * nothing compared, when the newest was consumed, replaced or voided in the meantime.
 *
 * Throws CODE_INCORRECT, or CODE_LOCKED after five counted attempts at the codes of the series. Both carry the true
 * challenge if `session` is of the codes' account, and the constant one otherwise.
 */
export async function compareCode(
  deps: CompareCodeDeps,
  codes: readonly [LiveCode, ...LiveCode[]],
  text: string,
  session: CallerSession | null,
): Promise<LiveCode | null> {
  const [newest] = codes;
  const now = deps.clock.now();
  if (!(await deps.codes.countAttempt(null, newest.id, now))) {
    const latest = await deps.codes.findNewest(null, newest, now);
    const isLocked = latest !== null && latest.attempts >= MAX_ATTEMPTS;
    if (isLocked) throw await codeError(deps, "CODE_LOCKED", newest, session);
    return null;
  }
  const right = codes.find((code) =>
    isCorrectCode(deps.codeKeys, { ...code, ownerId: code.userId }, code.codeDigest, text),
  );
  if (!right) throw await codeError(deps, "CODE_INCORRECT", newest, session);
  return right;
}

/** An error about a code that was sent to `recipient`, with the true challenge if the caller is signed in to its account. */
export async function codeError(
  deps: CompareCodeDeps,
  reason: "CODE_INCORRECT" | "CODE_LOCKED",
  recipient: Recipient,
  session: CallerSession | null,
): Promise<DomainError> {
  const now = deps.clock.now();
  const challenge =
    session?.userId === recipient.userId
      ? await currentChallenge(deps, recipient, session, now)
      : constantChallenge(now);
  if (reason === "CODE_LOCKED") return new DomainError(reason, { challenge });
  return new DomainError(reason, { challenge, message: (m) => m.verificationCodeIncorrect });
}

async function currentChallenge(
  { codes, smsQuota }: CompareCodeDeps,
  recipient: Recipient,
  { address: callerAddress }: CallerSession,
  now: Date,
): Promise<Challenge> {
  const request = operationRequest({ purpose: recipient.purpose, isOwner: true, callerAddress });
  const sends = await smsQuota.recent(null, recipient.phone, addSeconds(now, -QUOTA_SECONDS));
  return readChallenge(codes, null, recipient, { request, sends }, now);
}
