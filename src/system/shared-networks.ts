import { type IpRange, isInRange, parseAddress } from "./ip-range.js";

/** A network in which many customers share an address, as behind a carrier's NAT. */
export interface SharedNetwork extends IpRange {
  /** How many times what a single customer's address may do. */
  readonly factor: number;
}

/**
 * How many times the limits of one address hold for `address`: the factor of the smallest network in `networks` that
 * contains it, or 1.
 */
export function addressFactor(networks: readonly SharedNetwork[], address: string): number {
  if (networks.length === 0) return 1;
  const parsed = parseAddress(address);
  if (parsed === null) return 1;
  const around = networks.filter((network) => isInRange(parsed, network));
  return around.reduce((best, each) => (each.bits > best.bits ? each : best), { bits: -1, factor: 1 }).factor;
}
