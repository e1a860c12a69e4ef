import { execFileSync, spawn } from "node:child_process";
import { isMainThread, Worker, workerData } from "node:worker_threads";

// Uses CPU time in a way that each line of standard input names, and prints how much it was (ms) when it is done.

const BURN_MS = 150;

function burn() {
  const start = process.cpuUsage();
  let used = 0;
  while (used < BURN_MS) {
    const { user, system } = process.cpuUsage(start);
    used = (user + system) / 1000;
  }
  return used;
}

const source = `${burn} const BURN_MS = ${BURN_MS}; console.log(burn());`;

const ways = {
  "a thread": () =>
    new Promise((resolve) => {
      new Worker(new URL(import.meta.url), { workerData: "burn" }).once("message", resolve);
    }),
  "an ended child": () => execFileSync(process.execPath, ["--eval", source], { encoding: "utf8" }),
  "a living child": () =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, ["--eval", `${source} setInterval(() => {}, 1000);`]);
      process.once("exit", () => child.kill("SIGKILL"));
      child.stdout.once("data", resolve);
    }),
};

if (isMainThread) {
  process.stdin.setEncoding("utf8").on("data", async (way) => console.log(Number(await ways[way.trim()]())));
  process.stdin.on("end", () => process.exit());
} else if (workerData === "burn") {
  const { parentPort } = await import("node:worker_threads");
  parentPort.postMessage(burn());
}
