import { holdConnections, resetStreams } from "./flood-kinds.js";

// An attacker in a process of its own, so that its work doesn't slow the witness. Tries to hold 10,000 connections from
// one address while it resets streams from another, which has places left: `attacker.ts <port> <seconds> <holder>
// <flooder>`. Sends "ready" when it begins, and at the end what it got.

/** What the attacker got. */
export interface AttackResult {
  /** Connections that were open at the end, of 10,000 that were tried. */
  held: number;
  /** Connections on which the service read resets, until it cut them; and how many were refused. */
  flooded: number;
  refused: number;
}

const [port, seconds] = process.argv.slice(2, 4).map(Number) as [number, number];
const [holder, flooder] = process.argv.slice(4) as [string, string];
process.send?.("ready");
const [countHeld, resets] = await Promise.all([
  holdConnections(port, 10_000, holder),
  resetStreams(port, seconds, flooder),
]);
process.send?.({ held: countHeld(), ...resets } satisfies AttackResult, () => process.exit());
