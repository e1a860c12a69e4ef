import { hash } from "node:crypto";
import type { DescMethod } from "@bufbuild/protobuf";
import type { Config } from "../config.js";
import { addressKey } from "../system/address-key.js";
import { defaultPolicy, type Policy, policiesOf } from "./policies.js";
import type { SlidingWindow } from "./store.js";

/** The properties of a call that decide which windows it is charged to. */
export interface CallTraits {
  method: DescMethod;
  /** The client's IP address. */
  address: string;
  /** Null when the caller is not signed in. */
  userId: number | null;
  /** The normalized phone number of the request; null when there is none or it is invalid. */
  phone(): string | null;
}

/**
 * The windows that a call is charged to, at least one.
 *
 * A call without a valid phone number skips the windows that count phone numbers. If no window is left, it is charged
 * under the default policy of its method: invalid requests are limited too.
 */
export function callWindows(rates: Config["limits"], call: CallTraits): SlidingWindow[] {
  const windows = policiesOf(call.method).flatMap((policy) => policyWindows(rates, policy, call));
  return windows.length > 0 ? windows : policyWindows(rates, defaultPolicy(call.method), call);
}

function policyWindows(rates: Config["limits"], policy: Policy, call: CallTraits): SlidingWindow[] {
  const subject = subjectOf(policy, call);
  if (subject === null) return [];
  return rates[policy.limit].map(({ limit, seconds }) => ({
    key: `${policy.limit}:${seconds}:${subject}`,
    limit,
    seconds,
  }));
}

/** The last part of a window's key, or null for a call without the phone number that the policy counts. */
function subjectOf(policy: Policy, call: CallTraits): string | null {
  if (policy.by === "phone") {
    const phone = call.phone();
    return phone === null ? null : phoneDigest(phone);
  }
  if (policy.by === "user" && call.userId !== null) return `user-${call.userId}`;
  return addressKey(call.address);
}

/**
 * A digest of a phone number for use in a key, so that numbers don't show up in SLOWLOG, MONITOR or a dump. It is no
 * protection against someone who hashes all numbers.
 */
function phoneDigest(phone: string): string {
  return hash("sha256", phone, "base64url").slice(0, 22);
}
