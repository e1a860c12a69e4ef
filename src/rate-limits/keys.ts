import { hash } from "node:crypto";
import type { DescMethod } from "@bufbuild/protobuf";
import type { Config, LimitName } from "../config.js";
import { addressKey } from "../system/address-key.js";
import { addressFactor } from "../system/shared-networks.js";
import { countsCaller, type Policy, policiesOf } from "./policies.js";
import type { SlidingWindow } from "./store.js";

/** The configuration of the limits: their rates, and the networks where the limits of an address hold several times. */
export type LimitRules = Pick<Config, "limits" | "sharedNetworks">;

/** The properties of a call that decide which windows it is charged to. */
export interface CallTraits {
  method: DescMethod;
  /** The client's IP address. */
  address: string;
  /** Null when the caller is not signed in. */
  userId: number | null;
  /** The name of the calling service; null when the caller is none. */
  service: string | null;
  /** The session of the request's refresh token; null when there is none or it is not ours. */
  sessionId: string | null;
  /** The normalized phone number of the request; null when there is none or it is invalid. */
  phone(): string | null;
}

/**
 * The windows that a call is charged to, at least one: every method has a limit by address or by caller (see
 * `assertLimitedByAddress`). A call without a valid phone number skips the windows that count phone numbers.
 */
export function callWindows(rules: LimitRules, call: CallTraits): SlidingWindow[] {
  const policies = policiesOf(call.method).filter((policy) => countsCaller(policy, call.userId !== null));
  return policies.flatMap((policy) => policyWindows(rules, policy, call));
}

/** The windows of a limit that counts by address; larger in shared networks. */
export function addressWindows(rules: LimitRules, limit: LimitName, address: string): SlidingWindow[] {
  const factor = addressFactor(rules.sharedNetworks, address);
  return windowsOf(rules, limit, addressKey(address)).map((window) => ({
    ...window,
    limit: window.limit * factor,
  }));
}

/** The windows that count what a service asks, by whatever path. */
export function serviceWindows(rules: LimitRules, service: string): SlidingWindow[] {
  return windowsOf(rules, "service", serviceSubject(service));
}

const serviceSubject = (service: string) => `service-${service}`;

function policyWindows(rules: LimitRules, policy: Policy, call: CallTraits): SlidingWindow[] {
  const { address } = call;
  if (policy.by === "phone") {
    const phone = call.phone();
    if (phone === null) return [];
    const counted = { phone: phoneDigest(phone), chosenBy: addressKey(address) };
    const windows = windowsOf(rules, policy.limit, `${counted.phone}@${counted.chosenBy}`);
    return windows.map((window) => ({ ...window, ...counted }));
  }
  const caller = callerOf(policy, call);
  return caller === null
    ? addressWindows(rules, policy.limit, address)
    : windowsOf(rules, policy.limit, caller);
}

/** Who is counted instead of the address; null if the address is. */
function callerOf(policy: Policy, { userId, service, sessionId }: CallTraits): string | null {
  if (policy.by === "user" && userId !== null) return `user-${userId}`;
  if (policy.by === "service" && service !== null) return serviceSubject(service);
  if (policy.by === "session" && sessionId !== null) return `session-${sessionId}`;
  return null;
}

function windowsOf(rules: LimitRules, name: LimitName, subject: string): SlidingWindow[] {
  return rules.limits[name].map(({ limit, seconds }) => ({
    key: `${name}:${seconds}:${subject}`,
    limit,
    seconds,
  }));
}

/**
 * A digest of a phone number for use in a key, so that numbers don't show up in SLOWLOG, MONITOR or a dump. It is no
 * protection against someone who hashes all numbers.
 */
export function phoneDigest(phone: string): string {
  return hash("sha256", phone, "base64url").slice(0, 22);
}
