import { createLogger } from "../../src/system/logger.js";

interface Line {
  level: number;
  msg: string;
  reason?: string;
  limit?: string;
}

export const inRedis = "limits are kept in Redis";
export const inMemory = "Redis does not work: limits are kept in the memory of this process";

/** For tests in which Redis does not hang: one that gets no CPU for a moment must not count as one that hangs. */
export const PATIENT = { responseMs: 60_000, startMs: 60_000 };

/** A log whose lines a test can wait for. */
export function watchedLog() {
  const lines: Line[] = [];
  let arrived = () => {};
  const logger = createLogger("info", {
    write(text) {
      lines.push(JSON.parse(text) as Line);
      arrived();
    },
  });
  return {
    logger,
    lines,
    messages: () => lines.map(({ msg }) => msg),
    /** Resolves once there are `count` lines. */
    async reaches(count: number): Promise<void> {
      while (lines.length < count) {
        await new Promise<void>((resolve) => {
          arrived = resolve;
        });
      }
    },
  };
}
