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
  /**
   * Takes places of the address for a while, because a flood costs the server more than a held connection. If the address
   * then has too many connections, it loses the newest: each of them may bring the same flood.
   */
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
  /** Its connections, the newest last. */
  sockets: Set<Socket>;
  /** How many were cut lately. */
  cuts: number;
  /** Requests in flight. */
  requests: number;
  /** Recent resets. */
  resets: number;
  /** Of its HTTP/2 connections: the streams that each may have, and how it learns of fewer. */
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
    const load = loads.get(key) ?? {
      sockets: new Set(),
      cuts: 0,
      requests: 0,
      resets: 0,
      streams: new Map(),
    };
    loads.set(key, load);
    return load;
  }

  /** How many connections the address may hold now. */
  function placesOf({ cuts }: Load, factor: number): number {
    return Math.max(0, limits.maxConnectionsPerAddress * factor - PLACES_OF_CUT * cuts);
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

  function shareOf(socket: Socket, load: Load, factor: number): ConnectionShare {
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
        load.cuts += 1;
        for (const newest of [...load.sockets].slice(placesOf(load, factor))) newest.destroy();
        setTimeout(() => {
          load.cuts -= 1;
        }, limits.cutMs).unref();
      },
    };
  }

  return {
    admit(socket, address) {
      const key = addressKey(address);
      const factor = addressFactor(sharedNetworks, address);
      const load = loadOf(key);
      if (load.sockets.size >= placesOf(load, factor)) return null;
      load.sockets.add(socket);
      socket.once("close", () => {
        load.sockets.delete(socket);
        load.streams.delete(socket);
      });
      return shareOf(socket, load, factor);
    },
    sweep(now) {
      const seconds = sweptAt === null ? 0 : (now - sweptAt) / 1000;
      sweptAt = now;
      for (const [key, load] of loads) {
        load.resets = Math.max(0, load.resets - limits.addressResetsPerSecond * seconds);
        if (load.sockets.size + load.cuts + load.requests + load.resets === 0) loads.delete(key);
      }
    },
  };
}
