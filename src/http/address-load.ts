import type { Socket } from "node:net";
import { addressKey } from "../system/address-key.js";
import { addressFactor, type SharedNetwork } from "../system/shared-networks.js";
import type { ConnectionLimits } from "./connection.js";

export type AddressLimits = Pick<
  ConnectionLimits,
  | "maxConnectionsPerAddress"
  | "maxConcurrentStreams"
  | "maxRequestsPerAddress"
  | "addressResetBurst"
  | "addressResetsPerSecond"
  | "cutMs"
>;

/** What a connection may do, and counts, beside the other connections of its client's address. */
export interface ConnectionShare {
  /**
   * Calls `apply` with the concurrent HTTP/2 streams that the connection may have, each time that they become fewer. The
   * connections of an address share its requests: streams that a client opens cost the server before it can refuse them.
   */
  limitStreams(apply: (max: number) => void): void;
  /** Counts a request until `endRequest`. False, and not counted, if the address has too many in flight. */
  beginRequest(): boolean;
  endRequest(): void;
  /** Counts an HTTP/2 stream that the client has reset. False if the address has reset too many. */
  countReset(): boolean;
  /** Takes places of an address whose connection was cut, because a flood costs the server more than a held connection. */
  penalize(): void;
}

/** What each address costs the process, so that one can't take it from all others. */
export interface AddressLoad {
  /** Counts a connection until it closes. Null, and not counted, if its address has too many. */
  admit(socket: Socket, address: string): ConnectionShare | null;
  /** Lets counts fall that fall with time; `now` is in milliseconds. */
  sweep(now: number): void;
}

/** Places that a cut connection takes: an address of 256 places floods 16 times in `cutMs`. */
const PLACES_OF_CUT = 16;
/** Streams that a connection may always have, however many its address holds. */
const MIN_STREAMS = 2;

/** What an address has at the moment. */
interface Load {
  /** Places that its connections take. */
  connections: number;
  /** Requests in flight. */
  requests: number;
  /** Recent resets. */
  resets: number;
  /** Its HTTP/2 connections: the streams that each may have, and how it learns of fewer. */
  streams: Map<Socket, { max: number; apply: (max: number) => void }>;
}

/** The share of a trusted proxy, which brings the requests of all clients. */
export const PROXY_SHARE: ConnectionShare = {
  limitStreams: () => {},
  beginRequest: () => true,
  endRequest: () => {},
  countReset: () => true,
  penalize: () => {},
};

export function createAddressLoad(
  limits: AddressLimits,
  sharedNetworks: readonly SharedNetwork[],
): AddressLoad {
  const loads = new Map<string, Load>();
  let sweptAt: number | null = null;

  function loadOf(key: string): Load {
    const load = loads.get(key) ?? { connections: 0, requests: 0, resets: 0, streams: new Map() };
    loads.set(key, load);
    return load;
  }

  function removeConnections(key: string, load: Load, count: number): void {
    load.connections -= count;
    forgetIdle(key, load);
  }

  function forgetIdle(key: string, { connections, requests, resets }: Load): void {
    if (connections + requests + resets === 0) loads.delete(key);
  }

  /** Leaves each connection at most twice its part: to halve them all at times is cheaper than to adjust them each time. */
  function shareStreams({ streams }: Load, maxRequests: number): void {
    const part = Math.max(MIN_STREAMS, Math.floor(maxRequests / streams.size));
    for (const connection of streams.values()) {
      if (connection.max <= 2 * part) continue;
      connection.max = part;
      connection.apply(part);
    }
  }

  function shareOf(socket: Socket, key: string, factor: number): ConnectionShare {
    const load = loadOf(key);
    const maxRequests = limits.maxRequestsPerAddress * factor;
    return {
      limitStreams(apply) {
        load.streams.set(socket, { max: limits.maxConcurrentStreams, apply });
        shareStreams(load, maxRequests);
      },
      beginRequest() {
        if (load.requests >= maxRequests) return false;
        load.requests += 1;
        return true;
      },
      endRequest() {
        load.requests -= 1;
      },
      countReset() {
        load.resets += 1;
        return load.resets <= limits.addressResetBurst * factor;
      },
      penalize() {
        const current = loadOf(key);
        current.connections += PLACES_OF_CUT;
        setTimeout(() => removeConnections(key, current, PLACES_OF_CUT), limits.cutMs).unref();
      },
    };
  }

  return {
    admit(socket, address) {
      const key = addressKey(address);
      const factor = addressFactor(sharedNetworks, address);
      const load = loadOf(key);
      if (load.connections >= limits.maxConnectionsPerAddress * factor) return null;
      load.connections += 1;
      socket.once("close", () => {
        load.streams.delete(socket);
        removeConnections(key, load, 1);
      });
      return shareOf(socket, key, factor);
    },
    sweep(now) {
      const seconds = sweptAt === null ? 0 : (now - sweptAt) / 1000;
      sweptAt = now;
      for (const [key, load] of loads) {
        load.resets = Math.max(0, load.resets - limits.addressResetsPerSecond * seconds);
        forgetIdle(key, load);
      }
    },
  };
}
