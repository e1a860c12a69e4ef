import type { Purpose } from "./code.js";
import { reserveOf } from "./operation-request.js";
import { type Send, type SendingState, type SendRequest, sendingState } from "./sms-quota.js";

/** When a network may have another code for a purpose sent to a number, after it had one. */
export interface NextSend extends SendingState, Pick<Send, "purpose" | "network"> {}

/**
 * What the quotas leave for each purpose and network that had a code sent to a number. `sends` are the number's sends of
 * the last 24 hours, newest first, and the result is in their order. A password reset counts as for a caller whom the
 * account doesn't know: others may use the reserve besides.
 */
export function nextSends(sends: readonly Send[], now: Date): NextSend[] {
  const latest = sends.filter(
    (send, index) => sends.findIndex((other) => isSameQuota(other, send)) === index,
  );
  return latest.map(({ purpose, network }) => {
    return { purpose, network, ...sendingState(sends, requestOf({ purpose, network }), now) };
  });
}

function isSameQuota(one: Send, other: Send): boolean {
  return one.purpose === other.purpose && one.network === other.network;
}

/** Only signed-in owners ask for these codes. */
const OWNERS_PURPOSES: ReadonlySet<Purpose> = new Set(["password_change", "second_factor"]);

function requestOf({ purpose, network }: Pick<Send, "purpose" | "network">): SendRequest {
  const isOwner = OWNERS_PURPOSES.has(purpose);
  const reserve = purpose === "activation" ? "first_send" : reserveOf({ purpose, isOwner });
  return { purpose, network, reserve };
}
