import type { Command } from "commander";
import { type ConfigExamination, examineConfig } from "../config.js";
import { readTextFile } from "../system/read-text-file.js";
import { listSettings, type Setting } from "./list-settings.js";
import type { Runner } from "./runner.js";

/** Adds the commands on the server's configuration. They open nothing but the files of secrets. */
export function addConfigCommands(program: Command, run: Runner): void {
  const config = program.command("config").description("check and show the configuration of the server");
  const examine = () => examineConfig(run.environment, "server", readTextFile);

  config
    .command("check")
    .description(
      "print what keeps a server with these variables from starting, and what is probably a mistake; exit 0 if it would " +
        "start, 1 if not",
    )
    .action(async () => {
      const examination = examine();
      run.isNegative = examination.problems.length > 0;
      await run.print([run.isJson ? checkJson(examination) : checkLines(examination)]);
    });

  config
    .command("show")
    .description(
      "print every variable: name, value, source (environment, which includes .env; file; default); secrets are masked",
    )
    .action(() => run.print(listSettings(examine()).map(run.isJson ? settingJson : settingLine)));
}

function checkJson({ problems, config: { warnings } }: ConfigExamination): string {
  return `${JSON.stringify({ is_valid: problems.length === 0, problems, warnings })}\n`;
}

function checkLines({ problems, config: { warnings } }: ConfigExamination): string {
  const lines = [
    ...problems.map((problem) => `problem\t${problem}\n`),
    ...warnings.map((warning) => `warning\t${warning}\n`),
    ...(problems.length === 0 ? ["the configuration is valid\n"] : []),
  ];
  return lines.join("");
}

function settingJson({ name, value, source, isSecret }: Setting): string {
  return `${JSON.stringify({ name, value, source, is_secret: isSecret })}\n`;
}

function settingLine({ name, value, source }: Setting): string {
  return `${name}\t${value ?? "-"}\t${source}\n`;
}
