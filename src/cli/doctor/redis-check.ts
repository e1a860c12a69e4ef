import type { Config } from "../../config.js";
import { probeRedis } from "../../rate-limits/probe-redis.js";
import { redisFailure } from "../../rate-limits/redis-failure.js";
import type { Random } from "../../system/random.js";
import { type Check, ok, problem, skipped } from "./finding.js";

/** Checks that Redis keeps limits. */
export function redisCheck({ redisUrl, redisPrefix }: Config, random: Random): Check {
  return {
    name: "redis",
    needs: ["REDIS_URL"],
    async run() {
      if (!redisUrl) return skipped("REDIS_URL is not set: each process counts limits in its memory");
      try {
        const version = await probeRedis({ redisUrl, redisPrefix, random });
        return ok(`Redis ${version ?? "of unknown version"} responds, and runs the script of the limits`);
      } catch (error) {
        return problem(
          `it can't be used (${redisFailure(error)}): each process counts limits in its memory`,
          "check REDIS_URL, and that Redis is running and accepts writes",
        );
      }
    },
  };
}
