#!/usr/bin/env node
import { existsSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { addDatabaseCommands } from "./cli/database-commands.js";
import { reportFailure } from "./cli/report-failure.js";
import { createRunner } from "./cli/runner.js";
import { addSmsCommands } from "./cli/sms-commands.js";
import { addSuperuserCommands } from "./cli/superuser-commands.js";
import { addUserCommands } from "./cli/user-commands.js";
import { addWhitelistCommands } from "./cli/whitelist-commands.js";

// The command line: `npm run cli -- --help`. Works with or without a running server.

if (existsSync(".env")) process.loadEnvFile(".env");

const program = new Command("waterbill").description("administer WaterBill Identity").exitOverride();
const run = createRunner(process.env);
addDatabaseCommands(program, run);
addSuperuserCommands(program, run);
addUserCommands(program, run);
addWhitelistCommands(program, run);
addSmsCommands(program, run);

try {
  await program.parseAsync();
} catch (error) {
  const isAnswered = error instanceof CommanderError;
  if (!isAnswered) reportFailure(error);
  // 1 is a negative result, for example of `whitelist check`.
  process.exitCode = isAnswered && error.exitCode === 0 ? 0 : 2;
}
