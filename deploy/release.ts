import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { assertLaterVersion, ReleaseError, releaseChangelog } from "./changelog.js";

// `npm run release -- 1.2.3` releases what is checked out: sets the version, also in the OpenAPI document, dates the
// section of the changelog, stores the image that the .proto files are compared with from now on, commits and tags. It
// publishes nothing; push the branch and the tag afterwards. Nothing is changed unless the tree is clean and
// `npm run check` passes.

const CHANGELOG = "CHANGELOG.md";
const IMAGE = "proto/last-release.binpb";

const run = (program: string, ...args: string[]) => execFileSync(program, args, { stdio: "inherit" });
const outputOf = (program: string, ...args: string[]) =>
  execFileSync(program, args, { encoding: "utf8" }).trim();

/** Throws unless `version` can be released from this tree. Returns the new changelog. */
function prepare(version: string): string {
  const { version: current } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  assertLaterVersion(version, current);
  const changelog = readFileSync(CHANGELOG, "utf8");
  const released = releaseChangelog(changelog, version, new Date().toISOString().slice(0, 10));
  if (outputOf("git", "status", "--porcelain")) throw new ReleaseError("The tree has uncommitted changes.");
  if (outputOf("git", "tag", "--list", `v${version}`)) throw new ReleaseError(`The tag v${version} exists.`);
  run("npm", "run", "check");
  return released;
}

function release(version: string): void {
  const changelog = prepare(version);
  // In package.json and package-lock.json.
  run("npm", "version", version, "--no-git-tag-version");
  run("npm", "version", version, "--no-git-tag-version", "--prefix", "clients/typescript");
  run("npm", "run", "generate");
  writeFileSync(CHANGELOG, changelog);
  run("npx", "--no-install", "buf", "build", "proto", "--exclude-source-info", "--output", IMAGE);
  run("git", "commit", "--quiet", "--message", `Release ${version}`, "--all");
  run("git", "tag", "--annotate", `v${version}`, "--message", `Release ${version}`);
  console.log(`Released ${version}: git push --follow-tags`);
}

try {
  release(process.argv[2] ?? "");
} catch (error) {
  // A program that failed has printed why.
  const isOwn = error instanceof ReleaseError;
  console.error(isOwn ? error.message : `Not released: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
