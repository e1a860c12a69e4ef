import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Metafile } from "esbuild";
import { buildProgram } from "../../deploy/build-program.js";

/** The program as `npm run build` writes it, in a folder of its own. */
export interface BuiltProgram {
  folder: string;
  /** What `npm start` runs. */
  start: string;
  outputs: Metafile["outputs"];
  remove(): void;
}

export async function buildTemporaryProgram(): Promise<BuiltProgram> {
  // Below the folder whose packages it needs, with a package.json of its own.
  mkdirSync("node_modules/.cache", { recursive: true });
  const folder = mkdtempSync("node_modules/.cache/waterbill-build-");
  copyFileSync("package.json", join(folder, "package.json"));
  const { outputs } = await buildProgram(join(folder, "dist"));
  return {
    folder,
    start: resolve(folder, "dist/start.cjs"),
    outputs,
    remove: () => rmSync(folder, { recursive: true }),
  };
}
