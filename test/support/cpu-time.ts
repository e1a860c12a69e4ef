const ROUNDS = 8;

/**
 * The CPU time (ms) that each of `works` takes. The works take turns and the least time of each counts, so that a busy
 * machine changes neither the times nor their ratio much.
 */
export async function cpuTimes(...works: (() => unknown)[]): Promise<number[]> {
  const times = works.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, work] of works.entries()) {
      const start = process.cpuUsage();
      await work();
      const { user, system } = process.cpuUsage(start);
      times[index] = Math.min(times[index]!, (user + system) / 1000);
    }
  }
  return times;
}
