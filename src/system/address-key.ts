import ipaddr from "ipaddr.js";

/**
 * The key under which an IP address is counted. An IPv6 address counts by its /64: a customer commonly gets at least
 * that much (RFC 6177) and can change the rest with every call. An IPv4 address written as IPv6 counts as IPv4.
 * All text that is not an address shares the key `unknown`, so those calls are limited too.
 */
export function addressKey(address: string): string {
  if (!ipaddr.isValid(address)) return "unknown";
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv4) return parsed.toString();
  const network = parsed.toNormalizedString().split(":").slice(0, 4).join(":");
  return `${network}::/64`;
}
