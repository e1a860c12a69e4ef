import type { Challenge } from "../challenge.js";
import type { Tx } from "../db/database.js";
import { trueChallenge } from "./challenge.js";
import type { CodeStore, Recipient } from "./code-store.js";
import type { Send, SendRequest } from "./sms-quota.js";

/**
 * The true challenge about the codes sent to `recipient`, for the caller of `request`. `sends` are the number's of the
 * last 24 hours, newest first.
 */
export async function readChallenge(
  codes: CodeStore,
  tx: Tx | null,
  recipient: Recipient,
  { request, sends }: { request: SendRequest; sends: readonly Send[] },
  now: Date,
): Promise<Challenge> {
  const newest = await codes.findNewest(tx, recipient, now);
  return trueChallenge({ request, sends, newest, attempts: newest?.attempts ?? 0 }, now);
}
