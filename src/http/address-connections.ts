import type { Socket } from "node:net";
import { addressKey } from "../system/address-key.js";
import { addressFactor, type SharedNetwork } from "../system/shared-networks.js";

export interface AddressConnectionsOptions {
  /** Connections that one address may hold. */
  maxPerAddress: number;
  /** How long (ms) a connection that was cut takes places. */
  cutMs: number;
  /** Their addresses may hold several times as many. */
  sharedNetworks: readonly SharedNetwork[];
}

/** The open connections of each address, so that one address can't take them from all others. */
export interface AddressConnections {
  /** Counts a connection until it closes. False, and not counted, if its address has too many. */
  admit(socket: Socket, address: string): boolean;
  /** Takes places of an address whose connection was cut, because a flood costs the server more than a held connection. */
  penalize(address: string): void;
}

/** Places that a cut connection takes: an address of 256 places floods 16 times in `cutMs`. */
const PLACES_OF_CUT = 16;

export function createAddressConnections(options: AddressConnectionsOptions): AddressConnections {
  const counts = new Map<string, number>();

  function add(key: string, difference: number): void {
    const count = (counts.get(key) ?? 0) + difference;
    if (count > 0) counts.set(key, count);
    else counts.delete(key);
  }

  return {
    admit(socket, address) {
      const key = addressKey(address);
      const max = options.maxPerAddress * addressFactor(options.sharedNetworks, address);
      if ((counts.get(key) ?? 0) >= max) return false;
      add(key, 1);
      socket.once("close", () => add(key, -1));
      return true;
    },
    penalize(address) {
      const key = addressKey(address);
      add(key, PLACES_OF_CUT);
      setTimeout(() => add(key, -PLACES_OF_CUT), options.cutMs).unref();
    },
  };
}
