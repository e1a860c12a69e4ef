import ipaddr from "ipaddr.js";
import { LRUCache } from "lru-cache";

/** A call asks for the key of its address several times, and a client calls again: 10,000 keys take 2 MB. */
const keys = new LRUCache<string, string>({ max: 10_000 });

/** The key of all text that is not an IP address. */
const UNKNOWN_ADDRESS = "unknown";

/**
 * The key under which an IP address is counted and recognised. An IPv6 address counts by its /64: a customer commonly
 * gets at least that much (RFC 6177) and can change the rest with every call. An IPv4 address written as IPv6 counts as
 * IPv4. All text that is not an address shares one key, so those calls are limited too.
 */
export function addressKey(address: string): string {
  const known = keys.get(address);
  if (known !== undefined) return known;
  const key = keyOf(address, {
    ipv4: (bytes) => bytes.join("."),
    ipv6: (groups) => `${groups.slice(0, 4).join(":")}::/64`,
  });
  keys.set(address, key);
  return key;
}

/** `addressKey` of an IP address; null for any other text, by which nobody is recognised. */
export function knownAddressKey(address: string): string | null {
  const key = addressKey(address);
  return key === UNKNOWN_ADDRESS ? null : key;
}

/**
 * The network of an IP address: the /24 of IPv4, the /48 of IPv6. It is what one attacker commonly has at hand at once,
 * so it is coarser than `addressKey`. Use it only for counts whose neighbours lose nothing by sharing one.
 */
export function networkKey(address: string): string {
  return keyOf(address, {
    ipv4: (bytes) => `${bytes.slice(0, 3).join(".")}.0/24`,
    ipv6: (groups) => `${groups.slice(0, 3).join(":")}::/48`,
  });
}

function keyOf(
  address: string,
  keys: { ipv4(bytes: readonly number[]): string; ipv6(groups: readonly string[]): string },
): string {
  if (!ipaddr.isValid(address)) return UNKNOWN_ADDRESS;
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv4) return keys.ipv4(parsed.octets);
  return keys.ipv6(parsed.toNormalizedString().split(":"));
}
