import ipaddr from "ipaddr.js";

/**
 * Whom an IP address stands for. An IPv6 address counts by its /64, as one customer commonly gets at least that
 * much (RFC 6177) and could change the rest at every call; an IPv4 address written as IPv6 counts as IPv4.
 * Whatever is no address shares one key, so that it is counted too.
 */
export function addressKey(address: string): string {
  if (!ipaddr.isValid(address)) return "unknown";
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv4) return parsed.toString();
  const network = parsed.parts.slice(0, 4).map((part) => part.toString(16));
  return `${network.join(":")}::/64`;
}
