import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";

/** A program that the tests run: where to look for it, and the package to install if it is missing. */
export interface Program {
  /** The files that one folder must contain. */
  files: readonly string[];
  /** Folders to look in after PATH; `*` matches any name, the last in order first. */
  places: readonly string[];
  /** The package's name in Debian and Ubuntu. */
  aptPackage: string;
}

export const postgresProgram: Program = {
  files: ["postgres", "initdb"],
  places: [
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
  ],
  aptPackage: "postgresql",
};

export const redisProgram: Program = {
  files: ["redis-server"],
  places: ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"],
  aptPackage: "redis-server",
};

export const chromiumProgram: Program = {
  files: ["chromium"],
  places: ["/usr/bin"],
  aptPackage: "chromium",
};

/** `/a/*\/b` as the folders that exist. */
function expand(place: string): string[] {
  const parts = place.split("/");
  const star = parts.findIndex((part) => part.includes("*"));
  if (star < 0) return [place];
  const parent = parts.slice(0, star).join("/");
  if (!existsSync(parent)) return [];
  const [before = "", after = ""] = (parts[star] ?? "").split("*");
  return readdirSync(parent)
    .filter((name) => name.startsWith(before) && name.endsWith(after))
    .sort((a, b) => b.localeCompare(a, "en", { numeric: true }))
    .map((name) => [parent, name, ...parts.slice(star + 1)].join("/"));
}

function find(program: Program): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter), ...program.places.flatMap(expand)];
  return folders.find((folder) => program.files.every((file) => existsSync(join(folder, file))));
}

/** One at a time: files of tests run in parallel. */
const INSTALL_LOCK = "/tmp/waterbill-tests-install.lock";

function install({ aptPackage }: Program): void {
  // Run level 1 prevents the package from starting a server.
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  const apt = (...args: string[]) =>
    execFileSync("flock", [INSTALL_LOCK, "apt-get", ...args], {
      env,
      stdio: ["ignore", "ignore", "inherit"],
    });
  apt("update", "-qq");
  apt("install", "-y", "-qq", "--no-install-recommends", aptPackage);
}

/** The folder of a program, which is installed first if possible; undefined if it isn't there. */
export function findFolder(program: Program): string | undefined {
  const found = find(program);
  if (found || process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return found;
  console.log(`The tests need ${program.aptPackage}: installing it.`);
  try {
    install(program);
  } catch {
    // apt-get has printed the reason.
  }
  return find(program);
}

/** Same, but throws one sentence that says what to install. */
export function folderOf(program: Program): string {
  const folder = findFolder(program);
  if (folder) return folder;
  throw new Error(
    `The tests need ${program.files.join(" and ")}: install the package ${program.aptPackage}, or set TEST_DATABASE_URL and TEST_REDIS_URL.`,
  );
}
