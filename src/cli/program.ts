import { Command, CommanderError } from "commander";
import type { EnvironmentVariables } from "../config-files.js";
import { UsageError } from "../startup-error.js";
import { packageVersion } from "../system/package-version.js";
import { addAuditCommands } from "./audit-commands.js";
import { addConfigCommands } from "./config-commands.js";
import { addDatabaseCommands } from "./database-commands.js";
import { addDoctorCommand } from "./doctor/doctor-command.js";
import { addHelpCommand } from "./help-command.js";
import { addKeyCommands } from "./key-commands.js";
import { reportFailure } from "./report-failure.js";
import { createRunner, type ProgramOptions } from "./runner.js";
import { addServiceCommands } from "./service-commands.js";
import { addSmsCommands } from "./sms-commands.js";
import type { CliStreams } from "./streams.js";
import { addSuperuserCommands } from "./superuser-commands.js";
import { addUserCommands } from "./user-commands.js";
import { addWhitelistCommands } from "./whitelist-commands.js";

/** The program without its commands. Its options apply to every command, and may come before or after it. */
function createProgram({ stdout, stderr }: CliStreams): Command {
  const program = new Command("waterbill");
  return program
    .description("administer WaterBill Identity")
    .version(`waterbill ${packageVersion()}`, "-V, --version", "print the version")
    .option("--json", "print JSON in the REST format, lists as one object per line; errors too")
    .option(
      "--init",
      "create the embedded database in DATA_DIR if there is none; has no effect with DATABASE_URL",
    )
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      outputError(text) {
        const error = new UsageError(text.replace(/^error: /, "").trimEnd());
        reportFailure(stderr, error, format(program));
      },
    });
}

function format(program: Command): { isJson: boolean } {
  return { isJson: program.opts<ProgramOptions>().json ?? false };
}

/**
 * Runs the command in `args` and resolves with the exit code: 0 success, 1 negative result, 2 error. Errors are printed
 * to standard error.
 */
export async function runCli(
  args: readonly string[],
  environment: EnvironmentVariables,
  streams: CliStreams,
): Promise<number> {
  const program = createProgram(streams);
  const run = createRunner(environment, streams, () => program.opts<ProgramOptions>());
  addConfigCommands(program, run);
  addDoctorCommand(program, run);
  addDatabaseCommands(program, run);
  addSuperuserCommands(program, run);
  addUserCommands(program, run);
  addWhitelistCommands(program, run);
  addAuditCommands(program, run);
  addKeyCommands(program, run);
  addServiceCommands(program, run);
  addSmsCommands(program, run);
  addHelpCommand(program);
  try {
    await program.parseAsync(args, { from: "user" });
    return run.isNegative ? 1 : 0;
  } catch (error) {
    // Commander prints its own errors; its exit code 0 is that of --help.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    reportFailure(streams.stderr, error, format(program));
    return 2;
  }
}
