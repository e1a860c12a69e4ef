import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
/** Below this project's packages, so that the older code finds them. */
const cache = join(root, "node_modules/.cache/waterbill");

const git = (...args: string[]) =>
  execFileSync("git", args, { cwd: root, stdio: ["ignore", "pipe", "ignore"], maxBuffer: 100_000_000 });

/** The commit of the last release in the changelog; null without that commit in the history, or without a history. */
function lastRelease(): string | null {
  const changelog = readFileSync(join(root, "CHANGELOG.md"), "utf8");
  const [, version = ""] = /^## \[(\d+\.\d+\.\d+)\]/m.exec(changelog) ?? [];
  try {
    return git("log", "-1", "--format=%H", `--grep=^Release ${version}$`).toString().trim() || null;
  } catch {
    return null;
  }
}

/**
 * Takes the version before out of the history, and returns its `main.ts`; null in a copy of the project without that
 * history.
 */
export function versionBefore(): string | null {
  const commit = lastRelease();
  if (commit === null) return null;
  const folder = join(cache, commit);
  if (!existsSync(folder)) extract(commit, folder);
  return join(folder, "src/main.ts");
}

/** Extracts the code of a commit. The folder appears as a whole. */
function extract(commit: string, folder: string): void {
  const draft = `${folder}.${process.pid}`;
  try {
    mkdirSync(draft, { recursive: true });
    const archive = git("archive", commit, "src", "gen", "package.json", "tsconfig.json");
    execFileSync("tar", ["x", "-C", draft], { input: archive });
    renameSync(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}
