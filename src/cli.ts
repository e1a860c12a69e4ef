#!/usr/bin/env node
import { existsSync } from "node:fs";
import { runCli } from "./cli/program.js";

// The command line: `npm run cli -- --help`. Works with or without a running server.

if (existsSync(".env")) process.loadEnvFile(".env");
process.exitCode = await runCli(process.argv.slice(2), process.env, process);
