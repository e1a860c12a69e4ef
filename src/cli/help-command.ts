import type { Command } from "commander";

/** Adds `help`, which follows a path of commands to its end. Commander's own stops at the first command. */
export function addHelpCommand(program: Command): void {
  program
    .command("help [command...]")
    .description("print the help of a command")
    .action((path: string[]) => {
      path.reduce(subcommand, program).help();
    });
}

function subcommand(parent: Command, name: string): Command {
  const found = parent.commands.find((command) => command.name() === name);
  return found ?? parent.error(`unknown command '${name}'`);
}
