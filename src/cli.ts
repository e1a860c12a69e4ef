#!/usr/bin/env node
import { existsSync } from "node:fs";
import { runCli } from "./cli/program.js";
import { reportFailure } from "./cli/report-failure.js";

// The command line: `npm run cli -- --help`. Works with or without a running server.

if (existsSync(".env")) process.loadEnvFile(".env");
// Node would print the error with its message and all its properties.
process.on("uncaughtException", (error) => {
  reportFailure(process.stderr, error);
  process.exit(2);
});
process.exitCode = await runCli(process.argv.slice(2), process.env, process);
