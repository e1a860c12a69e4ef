import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";

/** Files that only pass `process` to a program that the tests run. They have no target. */
const ENTRIES = new Set(["main.ts", "supervise.ts", "cli.ts"]);

/** The minimum of covered lines, in percent, of each folder of `src` and of the files beside the folders. */
const targets: Readonly<Record<string, number>> = {
  audit: 95,
  users: 95,
  passwords: 95,
  verification: 95,
  sessions: 95,
  sms: 95,
  auth: 95,
  profile: 95,
  accounts: 95,
  whitelist: 95,
  paging: 95,
  rpc: 90,
  rest: 90,
  http: 90,
  "rate-limits": 90,
  cli: 90,
  process: 90,
  root: 90,
};

/** A file that contains only types is never loaded. */
const runsCode = /^(export )?(default )?(async )?(function|const|let|class)\b/m;

type Summary = Record<string, { lines: { total: number; covered: number } }>;

/** The group in which a file is reported: its folder of `src`, or the files beside the folders. Undefined for none. */
function groupOf(file: string): string | undefined {
  const [root, folder, rest] = relative(process.cwd(), file).split("/");
  // The compiler's own pieces are listed under names that are not files.
  if (root !== "src" || !folder || !existsSync(file)) return undefined;
  if (!rest && ENTRIES.has(folder)) return "entries";
  if (!runsCode.test(readFileSync(file, "utf8"))) return undefined;
  return rest ? folder : "root";
}

/** The lines of each group of files, and how many of them the tests ran. */
function sumByGroup(summary: Summary): [string, { total: number; covered: number }][] {
  const groups = new Map<string, { total: number; covered: number }>();
  for (const [file, { lines }] of Object.entries(summary)) {
    const group = groupOf(file);
    if (!group) continue;
    const sum = groups.get(group) ?? { total: 0, covered: 0 };
    groups.set(group, { total: sum.total + lines.total, covered: sum.covered + lines.covered });
  }
  return [...groups].sort();
}

/** Prints how much of each group of files the tests ran, from c8's summary; false when one misses its target. */
export function reportCoverage(summaryFile: string): boolean {
  let reached = true;
  console.log("\nlines covered");
  for (const [folder, { total, covered }] of sumByGroup(JSON.parse(readFileSync(summaryFile, "utf8")))) {
    const percent = total === 0 ? 100 : (100 * covered) / total;
    const target = targets[folder];
    const missed = target !== undefined && percent < target;
    reached &&= !missed;
    const goal = target === undefined ? "" : `target ${target} %${missed ? "  MISSED" : ""}`;
    console.log(`  ${folder.padEnd(12)}${percent.toFixed(1).padStart(6)} %  ${goal}`.trimEnd());
  }
  return reached;
}
