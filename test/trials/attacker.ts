import { floodWidely, holdConnections, resetStreams } from "./flood-kinds.js";

// An attacker in a process of its own, so that its work doesn't slow the witness. Tries to hold 10,000 connections from
// one address while it resets streams from a second one, which has places left, and floods 250 connections of a third one
// at once: `attacker.ts <port> <seconds> <holder> <flooder> <crowd>`. Sends "ready" when it begins, and at the end what it
// got.

/** What the attacker got. */
export interface AttackResult {
  /** Connections that were open at the end, of 10,000 that were tried. */
  held: number;
  /** Connections on which the service read resets, until it cut them; and how many were refused. */
  flooded: number;
  refused: number;
  /** Connections on which it flooded at once. */
  wide: number;
}

const [port, seconds] = process.argv.slice(2, 4).map(Number) as [number, number];
const [holder, flooder, crowd] = process.argv.slice(4) as [string, string, string];
process.send?.("ready");
const [countHeld, resets, wide] = await Promise.all([
  holdConnections(port, 10_000, holder),
  resetStreams(port, seconds, flooder),
  floodWidely(port, 250, crowd),
]);
process.send?.({ held: countHeld(), ...resets, wide } satisfies AttackResult, () => process.exit());
