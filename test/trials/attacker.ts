import { holdConnections, resetStreams } from "./flood-kinds.js";

// An attacker in a process of its own, so that its work doesn't slow the witness: `tsx attacker.ts <port> <seconds>`.
// Tries to hold 10,000 connections, resets streams for the given time, and prints what it got.

const [port = 0, seconds = 0] = process.argv.slice(2).map(Number);
const held = await holdConnections(port, 10_000);
const floods = await resetStreams(port, seconds);
console.log(`held ${held} of 10,000 connections, flooded ${floods} more`);
process.exit();
