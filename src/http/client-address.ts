import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { ConfigError } from "../config.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = [Address, number];

/** Whether an address belongs to a trusted proxy, whose `X-Forwarded-For` is believed. */
export type TrustsProxy = (address: string) => boolean;

/**
 * Parses an IP address; null if the text is not one. Accepts only what `net.isIP` accepts, because ipaddr.js also
 * parses `1` and `010.1`. Rejects IPv6 zones (`fe80::1%eth0`): a zone has no meaning outside its machine, and
 * ipaddr.js throws on some.
 */
function parseAddress(text: string): Address | null {
  return isIP(text) === 0 || text.includes("%") ? null : ipaddr.process(text);
}

function parseRange(text: string): Range | null {
  const [address = "", bits, ...rest] = text.split("/");
  const parsed = parseAddress(address);
  if (!parsed || rest.length > 0) return null;
  const maxBits = parsed.kind() === "ipv4" ? 32 : 128;
  if (bits === undefined) return [parsed, maxBits];
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > maxBits) return null;
  return [parsed, Number(bits)];
}

/**
 * Parses the setting TRUSTED_PROXIES: addresses and CIDR ranges, IPv4 and IPv6.
 * Throws a ConfigError that lists the positions of the invalid entries.
 */
export function parseTrustedProxies(entries: readonly string[]): TrustsProxy {
  const parsed = entries.map(parseRange);
  const problems = parsed.flatMap((range, index) =>
    range ? [] : [`TRUSTED_PROXIES: entry ${index + 1} must be an address or a range, like 10.0.0.0/8`],
  );
  if (problems.length > 0) throw new ConfigError(problems);
  const ranges = parsed.filter((range) => range !== null);
  return (address) => {
    if (ranges.length === 0) return false;
    const parsedAddress = parseAddress(address);
    if (parsedAddress === null) return false;
    return ranges.some((range) => parsedAddress.kind() === range[0].kind() && parsedAddress.match(range));
  };
}

/** Parses one hop of `X-Forwarded-For`: an address, which some proxies write with a port. Null if invalid. */
function parseHop(text: string): string | null {
  const withPort = /^\s*(?:\[(?<v6>[^\]]*)\](?::\d+)?|(?<v4>[\d.]+):\d+)\s*$/.exec(text);
  const address = withPort?.groups?.v6 ?? withPort?.groups?.v4 ?? text.trim();
  return parseAddress(address)?.toString() ?? null;
}

/**
 * Returns the client's address: the socket's, unless that is a trusted proxy. Then `X-Forwarded-For` is read from the
 * right, because each proxy appends the address that connected to it, up to the first address that is not a trusted
 * proxy. Entries further left are spoofable, and so are an unparsable hop and everything to its left.
 * IPv4-mapped IPv6 (`::ffff:192.0.2.1`) becomes IPv4.
 */
export function clientAddress(trustsProxy: TrustsProxy, socketAddress: string, forwardedFor: string): string {
  let address = socketAddress.replace(/^::ffff:(?=\d+\.)/i, "");
  const hops = forwardedFor.split(",");
  while (trustsProxy(address)) {
    const hop = parseHop(hops.pop() ?? "");
    if (hop === null) break;
    address = hop;
  }
  return address;
}
