import type { Challenge } from "../challenge.js";
import type { Tx } from "../db/database.js";
import { DomainError } from "../errors.js";
import type { Operation, SmsGateway } from "../sms/sms-gateway.js";
import { addSeconds, type Clock } from "../system/clock.js";
import type { Random } from "../system/random.js";
import { CODE_LENGTH, CODE_TTL_SECONDS, codeDigest } from "./code.js";
import type { CodeStore, Recipient } from "./code-store.js";
import { countSend } from "./count-send.js";
import { type DeliverCodeDeps, deliverCode } from "./deliver-code.js";
import { hasLink, linkTokenDigest, linkUrl, newLinkToken, type PageUrls } from "./link-token.js";
import { operationRequest } from "./operation-request.js";
import { readChallenge } from "./read-challenge.js";
import { assertMaySend, QUOTA_SECONDS, sendingState } from "./sms-quota.js";

export interface SendOperationCodeDeps extends DeliverCodeDeps, PageUrls {
  codes: CodeStore;
  sms: SmsGateway;
  clock: Clock;
  random: Random;
  /** HMAC key of the stored digests. */
  codeKey: Uint8Array;
}

export interface SendOperationCodeInput extends Recipient {
  /** The request field that named the phone number; null when the number is the account's own. */
  phoneField: string | null;
  /** The caller's IP address. */
  callerAddress: string;
  /** Whether the account knows that address (`GuessStore.knows`). Callers with a session need not say. */
  isKnownAddress?: boolean;
  /** Runs in the transaction that issues the code, before it and with the number's lock held. */
  before?(tx: Tx): Promise<void>;
}

/** A code that is ready to send, with its link. */
interface IssuedCode {
  id: string;
  code: string;
  /** Undefined: it has none. */
  url: string | undefined;
  /** The true challenge once the code is sent. */
  challenge: Challenge;
}

/**
 * Issues a code for an operation and sends it, with a link to the page where it is entered, if there is one. Returns the true
 * challenge; or null, with nothing sent, when the account no longer qualifies for the code. If sending fails, the code is
 * withdrawn, the ones before it are valid as before, and the error is rethrown. A message that certainly did not leave is not
 * counted towards the quota.
 *
 * Throws RATE_LIMITED when the phone number's quota is used up, with the true challenge if a session requests the code;
 * SMS_UNAVAILABLE; or PHONE_INVALID when the gateway rejects a number that came with the request.
 */
export async function sendOperationCode(
  deps: SendOperationCodeDeps,
  input: SendOperationCodeInput,
): Promise<Challenge | null> {
  const { phone, purpose } = input;
  const issued = await deps.database.transaction(async (tx) => {
    await deps.smsQuota.lock(tx, phone);
    await input.before?.(tx);
    return issueCode(deps, tx, input);
  });
  if (!issued) return null;
  const { id, code, url } = issued;
  const { callerAddress } = input;
  await deliverCode(deps, id, {
    message: {
      phone,
      callerAddress,
      // The new number of a phone change is nobody's yet.
      isVerified: purpose !== "phone_change",
      priority: isOwner(input) ? "owner" : "ordinary",
    },
    send: () => deps.sms.sendVerificationCode(phone, code, purpose, url),
    async withdraw(tx) {
      await deps.smsQuota.lock(tx, input.phone);
      await deps.codes.remove(tx, id);
    },
  }).catch((error: unknown) => {
    throw withFieldName(error, input.phoneField);
  });
  return issued.challenge;
}

/**
 * Creates a code for `phone` and counts it towards the sending quota; the two before it stay valid unless they are
 * locked (`CodeStore.add`). The number's `smsQuota.lock` must be held in `tx`.
 *
 * Returns null when the account no longer qualifies for the code or the requesting session has ended: the caller
 * looked before this transaction began, and no code may outlive an operation that voids all codes.
 * Throws RATE_LIMITED, with nothing counted, when the phone number's quota is used up. It carries the true challenge if a
 * session requests the code.
 */
async function issueCode(
  deps: SendOperationCodeDeps,
  tx: Tx,
  input: SendOperationCodeInput,
): Promise<IssuedCode | null> {
  const now = deps.clock.now();
  const { userId, purpose, phone } = input;
  if (!(await deps.codes.lockRecipient(tx, input))) return null;
  const sends = await deps.smsQuota.recent(tx, phone, addSeconds(now, -QUOTA_SECONDS));
  const isSignedIn = input.sessionId !== undefined;
  const request = operationRequest({ purpose, isOwner: isOwner(input), callerAddress: input.callerAddress });
  const isRefusedToOwner = isSignedIn && sendingState(sends, request, now).resendAt > now;
  const current = isRefusedToOwner
    ? await readChallenge(deps.codes, tx, input, { request, sends }, now)
    : undefined;
  assertMaySend(sends, request, now, current);

  const newest = { id: deps.random.uuid(), expiresAt: addSeconds(now, CODE_TTL_SECONDS) };
  const { id } = newest;
  const code = deps.random.digits(CODE_LENGTH);
  const { url, tokenDigest } = newLink(deps, purpose);
  const attempts = await deps.codes.add(tx, {
    ...newest,
    userId,
    purpose,
    codeDigest: codeDigest(deps.codeKey, { id, ownerId: userId, purpose }, code),
    tokenDigest,
    phone,
    issuedAt: now,
  });
  const challenge = await countSend(
    deps.smsQuota,
    tx,
    { phone, request, sends, code: newest, attempts },
    now,
  );
  return { id, code, url, challenge };
}

/** The link of a new code, and what is stored of it. */
function newLink(
  deps: SendOperationCodeDeps,
  purpose: Operation,
): { url: string | undefined; tokenDigest: Buffer | null } {
  if (!hasLink(purpose)) return { url: undefined, tokenDigest: null };
  const token = newLinkToken(deps.random);
  return { url: linkUrl(deps, purpose, token), tokenDigest: linkTokenDigest(deps.codeKey, token) };
}

function isOwner({ sessionId, isKnownAddress = false }: SendOperationCodeInput): boolean {
  return sessionId !== undefined || isKnownAddress;
}

/** Reports a rejected number under the name of the request field it came in. */
function withFieldName(error: unknown, field: string | null): unknown {
  if (!(error instanceof DomainError) || error.reason !== "PHONE_INVALID") return error;
  return field === null ? new DomainError("SMS_UNAVAILABLE") : new DomainError("PHONE_INVALID", { field });
}
