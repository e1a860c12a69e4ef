import type { Challenge } from "../challenge.js";
import type { Database, Tx } from "../db/database.js";
import { DomainError } from "../errors.js";
import { type Operation, SmsDeliveryUnknownError, type SmsGateway } from "../sms/sms-gateway.js";
import { addSeconds, type Clock } from "../system/clock.js";
import type { Random } from "../system/random.js";
import { trueChallenge } from "./challenge.js";
import { CODE_LENGTH, CODE_TTL_SECONDS, codeDigest } from "./code.js";
import type { CodeStore, Recipient } from "./code-store.js";
import { linkTokenDigest, linkUrl, newLinkToken } from "./link-token.js";
import { readChallenge } from "./read-challenge.js";
import { assertMaySend, QUOTA_SECONDS, type Send, sendingState } from "./sms-quota.js";
import type { SmsQuotaStore } from "./sms-quota-store.js";

export interface IssueCodeDeps {
  codes: CodeStore;
  smsQuota: SmsQuotaStore;
  clock: Clock;
  random: Random;
  /** HMAC key of the stored digests. */
  codeKey: Uint8Array;
}

/** A code that is ready to send, with the token of its link. */
export interface IssuedCode {
  id: string;
  code: string;
  token: string;
  /** The true challenge once the code is sent. */
  challenge: Challenge;
}

export interface SendCodeDeps extends IssueCodeDeps {
  database: Database;
}

export interface SendCodeInput extends Recipient {
  /** The request field that named the phone number; null when the number is the account's own. */
  phoneField: string | null;
}

export interface SendLinkDeps extends SendCodeDeps {
  sms: SmsGateway;
  frontendUrl: string;
}

/**
 * Issues a code and delivers it with `send`. Returns the true challenge; or null, with nothing sent, when the account no
 * longer qualifies for the code. If sending fails, the code is withdrawn, the ones before it are valid as before, and
 * the error is rethrown. A message that certainly did not leave is not counted towards the quota.
 *
 * Throws RATE_LIMITED when the phone number's quota is used up, with the true challenge if a session requests the code;
 * SMS_UNAVAILABLE; or PHONE_INVALID when the gateway rejects a number that came with the request.
 */
export async function sendCode(
  deps: SendCodeDeps,
  input: SendCodeInput,
  send: (issued: IssuedCode) => Promise<void>,
): Promise<Challenge | null> {
  const issued = await deps.database.transaction(async (tx) => {
    await deps.smsQuota.lock(tx, input.phone);
    return issueCode(deps, tx, input);
  });
  if (!issued) return null;
  const { id } = issued;
  await deliverCode(deps, id, {
    send: () => send(issued),
    async withdraw(tx) {
      await deps.smsQuota.lock(tx, input.phone);
      await deps.codes.remove(tx, id);
    },
  }).catch((error: unknown) => {
    throw withFieldName(error, input.phoneField);
  });
  return issued.challenge;
}

/** Like `sendCode`, for an operation whose message also contains a link to the page where the code is entered. */
export function sendLink(
  deps: SendLinkDeps,
  input: SendCodeInput & { purpose: Operation },
): Promise<Challenge | null> {
  const { phone, purpose } = input;
  return sendCode(deps, input, ({ code, token }) =>
    deps.sms.sendVerificationCode(phone, code, purpose, linkUrl(deps.frontendUrl, purpose, token)),
  );
}

/**
 * Creates a code for `phone` and counts it towards the sending quota; the two before it stay valid unless they are
 * locked (`CodeStore.add`). Call it with the number's `smsQuota.lock` held in `tx`, commit, and call `deliverCode`:
 * `sendCode` does all of this.
 *
 * Returns null when the account no longer qualifies for the code or the requesting session has ended: the caller
 * looked before this transaction began, and no code may outlive an operation that voids all codes.
 * Throws RATE_LIMITED, with nothing counted, when the phone number's quota is used up. It carries the true challenge if a
 * session requests the code.
 */
export async function issueCode(deps: IssueCodeDeps, tx: Tx, input: Recipient): Promise<IssuedCode | null> {
  const now = deps.clock.now();
  const { userId, purpose, phone } = input;
  if (!(await deps.codes.lockRecipient(tx, input))) return null;
  const sends = await deps.smsQuota.recent(tx, phone, addSeconds(now, -QUOTA_SECONDS));
  const isRefusedToOwner = input.sessionId !== undefined && sendingState(sends, purpose, now).resendAt > now;
  const current = isRefusedToOwner ? await readChallenge(deps.codes, tx, input, sends, now) : undefined;
  assertMaySend(sends, purpose, now, current);

  const newest = { id: deps.random.uuid(), expiresAt: addSeconds(now, CODE_TTL_SECONDS) };
  const { id } = newest;
  const code = deps.random.digits(CODE_LENGTH);
  const token = newLinkToken(deps.random);
  const attempts = await deps.codes.add(tx, {
    ...newest,
    userId,
    purpose,
    codeDigest: codeDigest(deps.codeKey, { id, userId, purpose }, code),
    tokenDigest: linkTokenDigest(deps.codeKey, token),
    phone,
    issuedAt: now,
  });
  const send: Send = { id, purpose, sentAt: now, delivery: "pending" };
  await deps.smsQuota.add(tx, { ...send, phone });
  const sent: Send = { ...send, delivery: "accepted" };
  const challenge = trueChallenge({ purpose, sends: [sent, ...sends], newest, attempts }, now);
  return { id, code, token, challenge };
}

/**
 * Sends an issued code with `send`, and records that the provider accepted it. If sending fails, `withdraw` removes the
 * code and the error is rethrown. A message that may have left all the same stays counted towards the quota.
 */
export async function deliverCode(
  deps: Pick<SendCodeDeps, "database" | "smsQuota">,
  id: string,
  { send, withdraw }: { send(): Promise<void>; withdraw(tx: Tx): Promise<void> },
): Promise<void> {
  try {
    await send();
  } catch (error) {
    await deps.database.transaction(async (tx) => {
      await withdraw(tx);
      if (!(error instanceof SmsDeliveryUnknownError)) await deps.smsQuota.remove(tx, id);
    });
    throw error;
  }
  // The message has left, so a failure here must not fail the call: the challenge only says less than is known.
  await deps.smsQuota.markAccepted(null, id).catch(() => undefined);
}

/** Reports a rejected number under the name of the request field it came in. */
function withFieldName(error: unknown, field: string | null): unknown {
  if (!(error instanceof DomainError) || error.reason !== "PHONE_INVALID") return error;
  return field === null ? new DomainError("SMS_UNAVAILABLE") : new DomainError("PHONE_INVALID", { field });
}
