import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import type { AttackResult } from "./attacker.js";
import type { Trial } from "./trial.js";
import { residentMiB, type Sight, together, type Witness } from "./witness.js";

/** Times with and without the attack take turns, so that other work on the machine slows both. */
const ROUNDS = 2;
/** The minute in which a cut connection counts: a longer attack is the same again. */
const ROUND_SECONDS = 60;
/** How much slower than without the attack the 99th percentile of the witness may be. */
const MAX_SLOWDOWN = 5;
/** Connections that the service leaves to the holder: the default of MAX_CONNECTIONS_PER_ADDRESS. */
const HELD = 256;
/** Connections of one address on which the service reads resets in a minute: each takes 16 places. */
const FLOODED = HELD / 16;
/** Memory that may stay behind a minute later, in MiB. */
const MORE_MEMORY_MIB = 50;
/** Clients that call at once while memory is measured, so that garbage is collected. */
const MEASURING_CLIENTS = 10;

const program = fileURLToPath(new URL("attacker.ts", import.meta.url));

/** Starts an attacker, and what the witness sees from the moment when it begins until its process has ended. */
async function watchAttack(
  trial: Trial,
  port: number,
  [flooder, crowd]: readonly [string, string],
  witness: Witness,
): Promise<{ sight: Sight; result: AttackResult }> {
  const args = ["--import", "tsx", program, `${port}`, `${ROUND_SECONDS}`, "127.0.0.3", flooder, crowd];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  trial.atEnd(() => child.kill());
  const messages: unknown[] = [];
  child.on("message", (message) => messages.push(message));
  const exited = once(child, "exit");
  await Promise.race([once(child, "message"), exited]);
  const sight = await witness.during(() => exited);
  expect(child.exitCode, "exit code of the attacker").to.equal(0);
  return { sight, result: messages.at(-1) as AttackResult };
}

const describe = ({ answered, missed, medianMs, p99Ms, longestMs }: Sight) =>
  `${answered} answered in ${medianMs} ms, p99 ${p99Ms} ms, longest ${longestMs} ms, ${missed} missed`;

/**
 * The memory of the service in the last half of a minute in which several clients call it (MiB). The median, because
 * garbage makes it go up and down by 100 MiB.
 */
async function memoryInUse(pid: number, call: () => Promise<unknown>): Promise<number> {
  const samples: number[] = [];
  const sampling = setInterval(() => samples.push(residentMiB(pid)), 250);
  await Promise.all(Array.from({ length: MEASURING_CLIENTS }, call)).finally(() => clearInterval(sampling));
  const late = samples.slice(samples.length / 2).sort((a, b) => a - b);
  return late[Math.floor(late.length / 2)] ?? Number.NaN;
}

/** An honest client beside an address that takes all connections it gets, another that resets streams, and a third that floods at once. */
export async function besideAttack(
  trial: Trial,
  service: { port: number; pid: number },
  witness: Witness,
): Promise<void> {
  const quietly = () => witness.during(() => delay(ROUND_SECONDS * 1000));
  const memoryBefore = await memoryInUse(service.pid, quietly);
  await trial.step("an honest client beside held connections and a flood of resets", async () => {
    const without: Sight[] = [];
    const beside: Sight[] = [];
    let resets = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      without.push(await quietly());
      const { sight, result } = await watchAttack(
        trial,
        service.port,
        [`127.0.1.${round + 1}`, `127.0.2.${round + 1}`],
        witness,
      );
      beside.push(sight);
      resets += result.flooded;
      expect(result.held, "held connections").to.equal(HELD);
      expect(result.flooded, "connections with resets").to.be.at.least(FLOODED);
      expect(result.wide, "connections that flood at once").to.equal(250);
      expect(result.refused, "refused connections of the flooder").to.be.above(0);
    }
    const [quiet, attacked] = [together(without), together(beside)];
    const figures = `${describe(quiet)}; beside them ${describe(attacked)}`;
    expect(attacked.missed, figures).to.equal(0);
    expect(attacked.p99Ms, figures).to.be.at.most(MAX_SLOWDOWN * quiet.p99Ms);
    return `${figures}; ${HELD} of 10,000 connections held, ${resets} others cut for resets`;
  });
  await trial.step("memory a minute later", async () => {
    const peak = residentMiB(service.pid);
    const memory = await memoryInUse(service.pid, quietly);
    expect(memory, `${memoryBefore} MiB before`).to.be.below(memoryBefore + MORE_MEMORY_MIB);
    return `${memoryBefore} MiB before, ${peak} MiB after the attack, ${memory} MiB a minute later`;
  });
}
