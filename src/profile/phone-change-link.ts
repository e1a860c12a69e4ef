import { rateLimitedUntil } from "../errors.js";
import { addSeconds, type Clock } from "../system/clock.js";
import type { Random } from "../system/random.js";
import { linkTokenDigest, newLinkToken } from "../verification/link-token.js";
import type { RecentChanges } from "./phone-change-store.js";

/** Phone changes that an account can ask for in 24 hours. */
const DAILY_REQUESTS = 5;

export interface ChangeLinkDeps {
  random: Random;
  /** HMAC key of the stored digests. */
  codeKey: Uint8Array;
  /** Where the service's own pages are reached. */
  publicUrl: string;
}

/** A link that stops or undoes a phone change. */
export interface ChangeLink {
  id: string;
  tokenDigest: Buffer;
  /** The page that asks whether to do so. Opening it changes nothing. */
  url: string;
}

export function newChangeLink({ random, codeKey, publicUrl }: ChangeLinkDeps): ChangeLink {
  const token = newLinkToken(random);
  return {
    id: random.uuid(),
    tokenDigest: linkTokenDigest(codeKey, token),
    url: `${publicUrl}/account/phone-change?token=${token}`,
  };
}

/**
 * Throws RATE_LIMITED if the account has asked for too many changes, or the last one can still be undone: a second change
 * would take the number away to which the first one can be undone.
 */
export function assertMayChangePhone({ clock }: { clock: Clock }, recent: RecentChanges): void {
  assertNumberSettled({ clock }, recent);
  if (recent.requests >= DAILY_REQUESTS) throw limitError(clock, DAILY_REQUESTS, recent.oldestRequestSeconds);
}

/** Throws RATE_LIMITED while the account's last phone change can be undone: the old number's holder may still be its owner. */
export function assertNumberSettled(
  { clock }: { clock: Clock },
  { undoSeconds }: Pick<RecentChanges, "undoSeconds">,
): void {
  if (undoSeconds > 0) throw limitError(clock, 1, undoSeconds);
}

function limitError(clock: Clock, limit: number, seconds: number) {
  const now = clock.now();
  return rateLimitedUntil(addSeconds(now, Math.max(1, Math.ceil(seconds))), { limit, now });
}
