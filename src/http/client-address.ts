import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { ConfigError } from "../config.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = [Address, number];

/** Whether an address is one of ours, whose `X-Forwarded-For` can be believed. */
export type TrustsProxy = (address: string) => boolean;

/**
 * Reads only what `net.isIP` accepts, as ipaddr.js alone would take `1` and `010.1` for addresses too, and no
 * IPv6 zone (`fe80::1%eth0`), as it means nothing beyond one machine and ipaddr.js throws at some.
 */
function parseAddress(text: string): Address | null {
  return isIP(text) === 0 || text.includes("%") ? null : ipaddr.process(text);
}

function parseRange(text: string): Range | null {
  const [address = "", bits, ...rest] = text.split("/");
  const parsed = parseAddress(address);
  if (!parsed || rest.length > 0) return null;
  const longest = parsed.kind() === "ipv4" ? 32 : 128;
  if (bits === undefined) return [parsed, longest];
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > longest) return null;
  return [parsed, Number(bits)];
}

/**
 * Reads the setting TRUSTED_PROXIES: addresses and CIDR ranges of both families.
 * Throws a ConfigError that tells which entries are neither.
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
    const known = parseAddress(address);
    return known !== null && ranges.some((range) => known.kind() === range[0].kind() && known.match(range));
  };
}

/** One hop of `X-Forwarded-For`: an address, which some proxies write with its port. */
function parseHop(text: string): string | null {
  const withPort = /^\s*(?:\[(?<v6>[^\]]*)\](?::\d+)?|(?<v4>[\d.]+):\d+)\s*$/.exec(text);
  const address = withPort?.groups?.v6 ?? withPort?.groups?.v4 ?? text.trim();
  return parseAddress(address)?.toString() ?? null;
}

/**
 * The address of the client: the socket's, unless that is a trusted proxy's. Then `X-Forwarded-For` is read
 * from the right, as each proxy appends the address it was called from, up to the first that is not a trusted
 * proxy's. What stands further left is anybody's invention, and so is all from an unreadable hop on.
 * IPv4 in IPv6 (`::ffff:192.0.2.1`) becomes IPv4.
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
