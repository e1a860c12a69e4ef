import type { Tx } from "../db/database.js";
import { SendUncertain } from "../sms/sms-gateway.js";
import { addSeconds, type Clock } from "../system/clock.js";
import type { Random } from "../system/random.js";
import { assertMaySend, CODE_LENGTH, CODE_TTL_SECONDS, codeDigest, QUOTA_SECONDS } from "./code.js";
import type { CodeStore, Recipient } from "./code-store.js";
import { linkTokenDigest, newLinkToken } from "./link-token.js";
import type { SendStore } from "./sms-quota-store.js";

export interface IssueCodeDeps {
  codes: CodeStore;
  sends: SendStore;
  clock: Clock;
  random: Random;
  /** Key of the stored digests. */
  codeKey: Uint8Array;
}

/** A code that may be sent now, and the token of the link beside it. */
export interface IssuedCode {
  id: string;
  code: string;
  token: string;
}

/**
 * Makes a code for `phone` and counts its sending; earlier codes of the user and purpose stop working. Null when
 * the account is not any more what the code is for, or the session that asks has ended: whoever looked did so
 * before this transaction, and a code must not outlive what voids all codes.
 * Throws RATE_LIMITED, with nothing counted, when the phone number's quota is used up.
 * The caller commits, sends, and calls `withdrawCode` when the sending failed: `sendCode` does all of it.
 */
export async function issueCode(deps: IssueCodeDeps, tx: Tx, input: Recipient): Promise<IssuedCode | null> {
  const now = deps.clock.now();
  const { userId, purpose, phone } = input;
  await deps.sends.lock(tx, phone);
  if (!(await deps.codes.lockRecipient(tx, input))) return null;
  assertMaySend(await deps.sends.recent(tx, phone, addSeconds(now, -QUOTA_SECONDS)), purpose, now);

  const id = deps.random.uuid();
  const code = deps.random.digits(CODE_LENGTH);
  const token = newLinkToken(deps.random);
  await deps.codes.add(tx, {
    id,
    userId,
    purpose,
    codeDigest: codeDigest(deps.codeKey, { id, userId, purpose }, code),
    tokenDigest: linkTokenDigest(deps.codeKey, token),
    phone,
    issuedAt: now,
    expiresAt: addSeconds(now, CODE_TTL_SECONDS),
  });
  await deps.sends.add(tx, { id, phone, purpose, sentAt: now });
  return { id, code, token };
}

/** Undoes `issueCode` after the sending failed with `error`. A message that may have left stays counted. */
export async function withdrawCode(
  deps: Pick<IssueCodeDeps, "codes" | "sends">,
  tx: Tx,
  issued: Pick<IssuedCode, "id">,
  error: unknown,
): Promise<void> {
  await deps.codes.remove(tx, issued.id);
  if (!(error instanceof SendUncertain)) await deps.sends.remove(tx, issued.id);
}
