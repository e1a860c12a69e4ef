import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

export type IpAddress = ipaddr.IPv4 | ipaddr.IPv6;

/** The addresses whose first `bits` bits are those of `network`. */
export interface IpRange {
  readonly network: IpAddress;
  readonly bits: number;
}

/** Bits in front of the IPv4 address in an IPv4-mapped IPv6 address (RFC 4291, section 2.5.5.2). */
const MAPPED_PREFIX_BITS = 96;

/**
 * Parses an IP address; null if the text is not one. IPv4-mapped IPv6 (`::ffff:192.0.2.1`) becomes IPv4. Accepts only
 * what `net.isIP` accepts, because ipaddr.js also parses `1` and `010.1`. Rejects IPv6 zones (`fe80::1%eth0`): a zone
 * has no meaning outside its machine, and ipaddr.js throws on some.
 */
export function parseAddress(text: string): IpAddress | null {
  return isIP(text) === 0 || text.includes("%") ? null : ipaddr.process(text);
}

/** Parses an address or a CIDR range (RFC 4632, section 3.1); null if the text is neither. */
export function parseRange(text: string): IpRange | null {
  const [address = "", suffix, ...rest] = text.split("/");
  const network = parseAddress(address);
  if (!network || rest.length > 0) return null;
  const maxBits = network.kind() === "ipv4" ? 32 : 128;
  if (suffix === undefined) return { network, bits: maxBits };
  const isMapped = maxBits === 32 && address.includes(":");
  const bits = Number(suffix) - (isMapped ? MAPPED_PREFIX_BITS : 0);
  if (!/^\d{1,3}$/.test(suffix) || bits < 0 || bits > maxBits) return null;
  return { network, bits };
}

export function isInRange(address: IpAddress, { network, bits }: IpRange): boolean {
  return address.kind() === network.kind() && address.match([network, bits]);
}
