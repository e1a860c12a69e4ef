import { Command, CommanderError } from "commander";
import { addDatabaseCommands } from "./database-commands.js";
import { reportFailure } from "./report-failure.js";
import { createRunner, type Environment, type Runner } from "./runner.js";
import { addSmsCommands } from "./sms-commands.js";
import type { CliStreams } from "./streams.js";
import { addSuperuserCommands } from "./superuser-commands.js";
import { addUserCommands } from "./user-commands.js";
import { addWhitelistCommands } from "./whitelist-commands.js";

function createProgram(run: Runner): Command {
  const { stdout, stderr } = run.streams;
  const program = new Command("waterbill")
    .description("administer WaterBill Identity")
    .exitOverride()
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) });
  addDatabaseCommands(program, run);
  addSuperuserCommands(program, run);
  addUserCommands(program, run);
  addWhitelistCommands(program, run);
  addSmsCommands(program, run);
  return program;
}

/**
 * Runs the command in `args` and resolves with the exit code: 0 success, 1 negative result, 2 error. Errors are printed
 * to standard error.
 */
export async function runCli(
  args: readonly string[],
  environment: Environment,
  streams: CliStreams,
): Promise<number> {
  const run = createRunner(environment, streams);
  try {
    await createProgram(run).parseAsync(args, { from: "user" });
    return run.isNegative ? 1 : 0;
  } catch (error) {
    // Commander prints its own errors; its exit code 0 is that of --help.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    reportFailure(streams.stderr, error);
    return 2;
  }
}
