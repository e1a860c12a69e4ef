import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The commit of the last release, 0.2.0. A release sets it to its own. */
const LAST_RELEASE = "619900e46d225d2b3a7e27974f7501db0307c981";

const root = fileURLToPath(new URL("../../", import.meta.url));
/** Below this project's packages, so that the older code finds them. */
const folder = join(root, "node_modules/.cache/waterbill", LAST_RELEASE);

/**
 * Takes the version before out of the history, and returns its `main.ts`; null in a copy of the project without that
 * history.
 */
export function versionBefore(): string | null {
  const program = join(folder, "src/main.ts");
  if (existsSync(program)) return program;
  const draft = `${folder}.${process.pid}`;
  try {
    mkdirSync(draft, { recursive: true });
    const paths = ["src", "gen", "package.json", "tsconfig.json"];
    const archive = execFileSync("git", ["archive", LAST_RELEASE, ...paths], {
      cwd: root,
      stdio: ["ignore", "pipe", "ignore"],
      maxBuffer: 100_000_000,
    });
    execFileSync("tar", ["x", "-C", draft], { input: archive });
    renameSync(draft, folder);
    return program;
  } catch {
    rmSync(draft, { recursive: true, force: true });
    return existsSync(program) ? program : null;
  }
}
