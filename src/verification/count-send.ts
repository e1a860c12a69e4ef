import type { Challenge } from "../challenge.js";
import type { Tx } from "../db/database.js";
import { trueChallenge } from "./challenge.js";
import type { Send, SendRequest } from "./sms-quota.js";
import type { SmsQuotaStore } from "./sms-quota-store.js";

/** A code that was stored and is about to be sent to `phone`. */
interface StoredSend {
  phone: string;
  request: SendRequest;
  /** The number's sends of the last 24 hours before it, newest first. */
  sends: readonly Send[];
  code: { id: string; expiresAt: Date };
  /** The counted attempts at the codes that it joins. */
  attempts: number;
}

/** Counts a code towards the quotas of its number. Returns the true challenge once the provider has accepted it. */
export async function countSend(
  smsQuota: SmsQuotaStore,
  tx: Tx,
  { phone, request, sends, code, attempts }: StoredSend,
  now: Date,
): Promise<Challenge> {
  const { purpose, network } = request;
  const send: Send = { id: code.id, purpose, network, sentAt: now, delivery: "pending" };
  await smsQuota.add(tx, { ...send, phone });
  const sent: Send = { ...send, delivery: "accepted" };
  return trueChallenge({ request, sends: [sent, ...sends], newest: code, attempts }, now);
}
