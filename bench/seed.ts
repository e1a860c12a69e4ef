import { existsSync } from "node:fs";
import { reportFailure } from "../src/cli/report-failure.js";
import { seed } from "./seed-database.js";

// `npm run seed` fills the configured development database with accounts and whitelisted numbers to look at.

if (existsSync(".env")) process.loadEnvFile(".env");
try {
  await seed(process.env, process);
} catch (error) {
  reportFailure(process.stderr, error);
  process.exitCode = 2;
}
