import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import type { Trial } from "./trial.js";
import { residentMiB, type Sight, type Witness } from "./witness.js";

/** How long the attack resets streams. */
const ATTACK_SECONDS = 15;
/** How much slower than without the attack the 99th percentile of the witness may be. */
const MAX_SLOWDOWN = 5;
/** A percentile below this is too small for a factor of it to mean anything on a busy machine (ms). */
const MIN_P99_MS = 20;
/** Memory that may stay behind a minute later, in MiB. */
const MORE_MEMORY_MIB = 50;
const RECOVERY_MS = 60_000;

const attacker = fileURLToPath(new URL("attacker.ts", import.meta.url));

async function attack(port: number): Promise<string> {
  const child = spawn(process.execPath, ["--import", "tsx", attacker, `${port}`, `${ATTACK_SECONDS}`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [result] = await Promise.all([text(child.stdout), once(child, "exit")]);
  return result.trim();
}

const describe = ({ answered, missed, p99Ms, longestMs }: Sight) =>
  `${answered} answered, p99 ${p99Ms} ms, longest ${longestMs} ms, ${missed} missed`;

/** An honest client beside an address that takes all connections it gets, and resets streams on one after the other. */
export async function besideAttack(
  trial: Trial,
  service: { port: number; pid: number },
  witness: Witness,
): Promise<void> {
  const quiet = () => witness.during(() => delay(ATTACK_SECONDS * 1000));
  await quiet();
  const before = await quiet();
  const memoryBefore = residentMiB(service.pid);
  await trial.step("an honest client beside an attack from one address", async () => {
    let result = "";
    const during = await witness.during(async () => {
      result = await attack(service.port);
    });
    expect(during.missed).to.equal(0);
    expect(during.p99Ms).to.be.at.most(MAX_SLOWDOWN * Math.max(before.p99Ms, MIN_P99_MS));
    return `${describe(before)}; during it ${describe(during)}; ${result}`;
  });
  await trial.step("memory a minute later", async () => {
    const peak = residentMiB(service.pid);
    await witness.during(() => delay(RECOVERY_MS));
    const memory = residentMiB(service.pid);
    expect(memory).to.be.below(memoryBefore + MORE_MEMORY_MIB);
    return `${memoryBefore} MiB before, ${peak} MiB after the attack, ${memory} MiB a minute later`;
  });
}
