import { type IpRange, isInRange, parseAddress } from "../system/ip-range.js";

/** Whether an address belongs to a trusted proxy, whose `X-Forwarded-For` is believed. */
export type TrustsProxy = (address: string) => boolean;

/** Trusts the addresses in `ranges`. */
export function trustProxies(ranges: readonly IpRange[]): TrustsProxy {
  return (address) => {
    if (ranges.length === 0) return false;
    const parsed = parseAddress(address);
    return parsed !== null && ranges.some((range) => isInRange(parsed, range));
  };
}

/** Parses one hop of `X-Forwarded-For`: an address, which some proxies write with a port. Null if invalid. */
function parseHop(text: string): string | null {
  const withPort = /^\s*(?:\[(?<v6>[^\]]*)\](?::\d+)?|(?<v4>[\d.]+):\d+)\s*$/.exec(text);
  const address = withPort?.groups?.v6 ?? withPort?.groups?.v4 ?? text.trim();
  return parseAddress(address)?.toString() ?? null;
}

/** A socket's address, as IPv4 if it is IPv4 written as IPv6 (`::ffff:192.0.2.1`). */
export function unmapped(socketAddress: string): string {
  return socketAddress.replace(/^::ffff:(?=\d+\.)/i, "");
}

/**
 * Returns the client's address: the socket's, unless that is a trusted proxy. Then `X-Forwarded-For` is read from the
 * right, because each proxy appends the address that connected to it, up to the first address that is not a trusted
 * proxy. Entries further left are spoofable, and so are an unparsable hop and everything to its left.
 * IPv4-mapped IPv6 (`::ffff:192.0.2.1`) becomes IPv4.
 */
export function clientAddress(trustsProxy: TrustsProxy, socketAddress: string, forwardedFor: string): string {
  let address = unmapped(socketAddress);
  const hops = forwardedFor.split(",");
  while (trustsProxy(address)) {
    const hop = parseHop(hops.pop() ?? "");
    if (hop === null) break;
    address = hop;
  }
  return address;
}
