import type { RunningService } from "./running-service.js";

/** The process ids of all workers that have served, the oldest first. */
export function workersOf(service: RunningService): number[] {
  const lines = service.output().matchAll(/"pid":(\d+),"msg":"a worker serves"/g);
  return [...lines].map(([, pid]) => Number(pid));
}

export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
