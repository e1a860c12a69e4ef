import { setTimeout as delay } from "node:timers/promises";
import type { Ratios } from "../measure/baseline.js";
import { treeCpuMs, treeRssMb } from "../measure/cpu-time.js";
import { type Estimate, estimateMedian, median } from "../measure/statistics.js";
import { connectHttp1, http1Request } from "../traffic/http1-client.js";
import { type Program, startProgram } from "./program.js";
import { builtService, type Settings, startService } from "./service.js";

/** What it takes to start a server: milliseconds and megabytes. */
interface StartCost {
  /** From the start of the process to the response to its first call. */
  firstResponseMs: number;
  cpuMs: number;
  /** In RAM some seconds after that. */
  idleMb: number;
}

/** A built checkout, and the settings of a migrated database. */
export interface MigratedServer {
  label: string;
  folder: string;
  settings: Settings;
}

const STARTS = 6;
const IDLE_MS = 2000;

const ping = http1Request({ method: "GET", path: "/ping/" });

async function startOnce(startServer: () => Promise<Program>): Promise<StartCost> {
  const start = performance.now();
  const program = await startServer();
  try {
    const client = await connectHttp1(program.port);
    await client.send(ping);
    const firstResponseMs = performance.now() - start;
    const cpuMs = treeCpuMs(program.pid);
    client.close();
    await delay(IDLE_MS);
    return { firstResponseMs, cpuMs, idleMb: treeRssMb(program.pid) };
  } finally {
    await program.stop();
  }
}

const startBare = () =>
  startProgram({ folder: ".", args: ["bench/anchors/bare-start.mjs"], environment: {} });

const MEASURES = { "first response": "firstResponseMs", "idle memory": "idleMb" } as const;

type MeasureName = keyof typeof MEASURES;

function describe(label: string, costs: readonly StartCost[]): string {
  const middle = (name: keyof StartCost) => median(costs.map((cost) => cost[name])).toFixed(0);
  const time = `first response after ${middle("firstResponseMs")} ms (${middle("cpuMs")} ms of CPU)`;
  return `${label}: ${time}, ${middle("idleMb")} MB when idle`;
}

function estimate(name: MeasureName, costs: readonly StartCost[], others: readonly StartCost[]): Estimate {
  const key = MEASURES[name];
  return estimateMedian(costs.map((cost, index) => cost[key] / others[index]![key]));
}

/**
 * Starts each server and a bare one in turn, some times. Returns lines for people, and the ratios of the last server to
 * the bare one.
 */
export async function measureStarts(
  servers: readonly MigratedServer[],
): Promise<{ lines: string[]; ratios: Ratios }> {
  const costs: StartCost[][] = servers.map(() => []);
  const bare: StartCost[] = [];
  for (let count = 0; count < STARTS; count += 1) {
    for (const [index, { folder, settings }] of servers.entries()) {
      costs[index]?.push(await startOnce(() => startService(builtService(folder), settings)));
    }
    bare.push(await startOnce(startBare));
  }
  const names = Object.keys(MEASURES) as MeasureName[];
  const ratios = names.map(
    (name) => [`start / bare node: ${name}`, estimate(name, costs.at(-1)!, bare)] as const,
  );
  return {
    lines: [
      ...servers.map(({ label }, index) => describe(label, costs[index]!)),
      describe("  bare node", bare),
    ],
    ratios: Object.fromEntries(ratios),
  };
}
