import askPassword from "@inquirer/password";
import type { Command } from "commander";
import { AccountSchema } from "#gen/waterbill/identity/v1/account_service_pb.js";
import { toAccountMessage } from "../accounts/account-message.js";
import { createSuperuser } from "../accounts/create-superuser.js";
import { COMMAND_LINE } from "../audit/act.js";
import { UsageError } from "../startup-error.js";
import { jsonLine } from "./json-line.js";
import type { Runner } from "./runner.js";
import type { CliStreams } from "./streams.js";

export function addSuperuserCommands(program: Command, run: Runner): void {
  program
    .command("create-superuser")
    .description(
      "create an active account with all rights, after applying pending database migrations; " +
        "prompts for the password unless WATERBILL_PASSWORD is set",
    )
    .requiredOption("--phone <phone>")
    .requiredOption("--first-name <name>")
    .requiredOption("--last-name <name>")
    .action(async (options: { phone: string; firstName: string; lastName: string }) => {
      const password = run.environment.WATERBILL_PASSWORD || (await promptPassword(run.streams));
      await run.withAudit(
        async (context) => {
          const user = await createSuperuser(context, { ...options, password, actor: COMMAND_LINE });
          const line = `${user.phone} is now a superuser\n`;
          await run.print([run.isJson ? jsonLine(AccountSchema, toAccountMessage(user)) : line]);
        },
        { migrates: true },
      );
    });
}

/** Prompts twice on a terminal. Throws a UsageError if there is no terminal or the passwords differ. */
async function promptPassword({ stdin, stderr }: CliStreams): Promise<string> {
  if (!stdin.isTTY) {
    throw new UsageError("There is no terminal to prompt for the password. Set WATERBILL_PASSWORD instead.");
  }
  const terminal = { input: stdin, output: stderr };
  const password = await askPassword({ message: "Password:" }, terminal);
  if ((await askPassword({ message: "Repeat password:" }, terminal)) !== password) {
    throw new UsageError("The passwords do not match.");
  }
  return password;
}
