import { randomBytes } from "node:crypto";
import { testVariable } from "./environment.js";

/** The tests' Redis. */
export function testRedisUrl(): string {
  return testVariable("TEST_REDIS_URL");
}

/** A prefix for keys that no other test uses. */
export function testKeyPrefix(): string {
  return `test:${randomBytes(8).toString("hex")}:`;
}
