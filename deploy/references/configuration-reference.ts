import { readFileSync } from "node:fs";
import { environmentSchema } from "../../src/config-variables.js";
import { markdownTable } from "./markdown-table.js";

/** A run of variables in `.env.example` with one comment. */
interface Entry {
  meaning: string;
  variables: { name: keyof typeof environmentSchema.shape; value: string }[];
}

/** docs/configuration.md: every environment variable, as `.env.example` describes it. */
export function configurationReference(): string {
  const [head = "", ...groups] = readFileSync(".env.example", "utf8").trim().split("\n\n");
  const rows = groups
    .flatMap(readEntries)
    .flatMap(({ meaning, variables }) =>
      variables.map(({ name, value }, index) => [
        `\`${name}\``,
        value === "" ? "" : `\`${value}\``,
        formatOf(name),
        index === 0 ? meaning : "as above",
      ]),
    );
  return `# Configuration

Every environment variable. ${uncommented(head).join("\n\n").replaceAll("<NAME>", "`<NAME>`")}

${markdownTable(["Variable", "Default", "Format", "Meaning"], rows)}

What variables demand of each other is checked when the server starts, and by \`config check\`, which lists all problems at once.
`;
}

function readEntries(group: string): Entry[] {
  // The one variable whose default depends on the machine is commented out.
  const lines = group.replace(/^# (?=[A-Z_]+=)/gm, "");
  const entries = lines.matchAll(/((?:^#.*\n)+)((?:^[A-Z_]+=.*\n?)+)/gm);
  return Array.from(entries, ([, comment = "", assignments = ""]) => ({
    meaning: uncommented(comment).join(" "),
    variables: assignments
      .trim()
      .split("\n")
      .map((line) => {
        const [name = "", ...value] = line.split("=");
        return { name: name as Entry["variables"][number]["name"], value: value.join("=") };
      }),
  }));
}

/** The paragraphs of a comment. */
function uncommented(comment: string): string[] {
  return comment
    .replace(/^# ?/gm, "")
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.replace(/\s+/g, " ").trim());
}

/** What the schema says to a value that no format accepts; empty if it accepts any text. */
function formatOf(name: Entry["variables"][number]["name"]): string {
  const issues = environmentSchema.shape[name].safeParse("\0").error?.issues ?? [];
  return [...new Set(issues.map(({ message }) => message.replace(/^must (be )?/, "")))].join("; ");
}
