import { hash } from "node:crypto";
import type { DescMethod } from "@bufbuild/protobuf";
import type { Config } from "../config.js";
import { addressKey } from "./address-key.js";
import { defaultPolicy, type Policy, policiesOf } from "./policies.js";
import type { SlidingWindow } from "./store.js";

/** What a call is counted by. */
export interface CallTraits {
  method: DescMethod;
  /** The client's IP address. */
  address: string;
  /** Null when nobody is signed in. */
  userId: number | null;
  /** The one form of the phone number in the request; null when it has none, or none that can be one. */
  phone(): string | null;
}

/**
 * The windows that a call falls into, at least one.
 *
 * A call without the phone number that it should be counted by is counted by what remains, and under the limit of
 * methods that have none of their own if nothing does: nonsense is not free.
 */
export function callWindows(rates: Config["limits"], call: CallTraits): SlidingWindow[] {
  const windows = policiesOf(call.method).flatMap((policy) => policyWindows(rates, policy, call));
  return windows.length > 0 ? windows : policyWindows(rates, defaultPolicy(call.method), call);
}

function policyWindows(rates: Config["limits"], policy: Policy, call: CallTraits): SlidingWindow[] {
  const key = countedAs(policy, call);
  if (key === null) return [];
  return rates[policy.limit].map(({ limit, seconds }) => ({
    key: `${policy.limit}:${seconds}:${key}`,
    limit,
    seconds,
  }));
}

function countedAs(policy: Policy, call: CallTraits): string | null {
  if (policy.by === "phone") {
    const phone = call.phone();
    return phone === null ? null : phoneDigest(phone);
  }
  if (policy.by === "user" && call.userId !== null) return `user-${call.userId}`;
  return addressKey(call.address);
}

/**
 * Stands for a phone number in a key, so that numbers don't turn up where Redis shows its keys to people who look
 * for something else (SLOWLOG, MONITOR, a dump). Whoever sets out to can try all numbers: it keeps no secret.
 */
function phoneDigest(phone: string): string {
  return hash("sha256", phone, "base64url").slice(0, 22);
}
