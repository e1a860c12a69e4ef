import { setTimeout as delay } from "node:timers/promises";

/** Resolves when `isSo` holds. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await delay(10);
}
