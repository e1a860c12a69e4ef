import ipaddr from "ipaddr.js";

/** The key of all text that is not an IP address. */
export const UNKNOWN_ADDRESS = "unknown";

/**
 * The key under which an IP address is counted and recognised. An IPv6 address counts by its /64: a customer commonly
 * gets at least that much (RFC 6177) and can change the rest with every call. An IPv4 address written as IPv6 counts as
 * IPv4. All text that is not an address shares one key, so those calls are limited too.
 */
export function addressKey(address: string): string {
  if (!ipaddr.isValid(address)) return UNKNOWN_ADDRESS;
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv4) return parsed.toString();
  const network = parsed.toNormalizedString().split(":").slice(0, 4).join(":");
  return `${network}::/64`;
}
