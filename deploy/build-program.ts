import { cpSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { build, type Metafile, type Plugin } from "esbuild";
import { PAGE_PACKAGES } from "../src/pages/packaged-files.js";
import { buildConsole } from "./build-console.js";
import { copyPackagedFiles } from "./packaged-files.js";
import { writeStaticFile } from "./static-file.js";

// The modules of the program and those of most packages become a few files, because Node takes 0.2 to 0.5 ms for each file
// that it loads (docs/decisions/0030-start.md). A module that is imported on demand gets a file of its own.

/**
 * Files that are started by their path: the server, its supervisor, the command line, and the threads of the embedded
 * database.
 */
const ENTRIES = ["main.ts", "supervise.ts", "cli.ts", "db/embedded/worker.ts", "db/embedded/create-files.ts"];

/** Packages that stay in node_modules. */
const EXTERNAL = [
  // They load programs or data by their path.
  ...["@electric-sql/pglite", "@node-rs/argon2", "argon2"],
  // Only some configurations, or calls, need them.
  ...["@zxcvbn-ts/language-common", "libphonenumber-js", "twilio"],
  // Sequelize and pg could use them, and we have none of them.
  ...["pg-hstore", "pg-native"],
];

/** Files of packages that are bundled instead of those that their packages choose. */
const REPLACED = {
  // Without the changes of all time zones since 1900: the service has its times in UTC.
  "moment-timezone": "moment-timezone/moment-timezone.js",
  // Their ES modules only wrap these, and repeat the name of every class: the bundle would number the classes.
  ...{ sequelize: "sequelize/lib/index.js", pg: "pg/lib/index.js", "pg-pool": "pg-pool/index.js" },
};

/** CommonJS packages load Node's own modules by `require`, which ES modules don't have. */
const REQUIRE = `import { createRequire as requireOf } from "node:module"; const require = requireOf(import.meta.url);`;

/**
 * Changes the modules of packages so that classes of errors, which logs name, keep their names when the bundle numbers
 * them; and so that letters beyond ASCII in regular expressions become escapes, which esbuild does in texts only. V8
 * keeps a file with one such letter in two bytes a character: 2.5 MB more.
 */
const packageModules: Plugin = {
  name: "package-modules",
  setup: ({ onLoad }) =>
    onLoad({ filter: /[\\/]node_modules[\\/].*\.[cm]?js$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8")
        .replace(
          /\bclass (\w+Error)( extends [\w.()]+)? \{/g,
          '$&static{Object.defineProperty(this,"name",{value:"$1"})}',
        )
        .replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
    })),
};

/** Leaves out the other databases of Sequelize, which are loaded only for their dialect. */
const otherDialects: Plugin = {
  name: "other-dialects",
  setup: ({ onResolve }) =>
    onResolve(
      { filter: /^\.\/dialects\/(db2|mariadb|mssql|mysql|oracle|snowflake|sqlite)$/ },
      ({ path }) => ({
        path,
        external: true,
      }),
    ),
};

/** Writes the program to `folder`, which it empties first. Returns what each file was made of. */
export async function buildProgram(folder: string): Promise<Metafile> {
  rmSync(folder, { recursive: true, force: true });
  cpSync("src/db/migrations", join(folder, "db/migrations"), { recursive: true });
  await writeStaticFile(join(folder, "openapi.json"), readFileSync("gen/openapi.json"));
  await buildConsole(join(folder, "console"));
  await Promise.all(PAGE_PACKAGES.map((source) => copyPackagedFiles(source, join(folder, "packages"))));
  const options = { outdir: folder, platform: "node", target: "node20", logLevel: "warning" } as const;
  // CommonJS, as it says itself.
  await build({ ...options, entryPoints: ["src/start.cts"], format: "cjs", outExtension: { ".js": ".cjs" } });
  const { metafile } = await build({
    ...options,
    entryPoints: ENTRIES.map((file) => join("src", file)),
    entryNames: "[name]",
    format: "esm",
    bundle: true,
    splitting: true,
    external: EXTERNAL,
    alias: Object.fromEntries(
      Object.entries(REPLACED).map(([name, file]) => [name, resolve("node_modules", file)]),
    ),
    plugins: [packageModules, otherDialects],
    // Later versions of Node have it. Without it pg makes a Response to find out where it runs, and Node loads all of
    // fetch for that: 25 ms and 4 MB.
    define: { navigator: '{"userAgent":"Node.js"}' },
    banner: { js: REQUIRE },
    // Names stay, because stacks show them. A position in a line says nothing if the line is too long.
    minifyWhitespace: true,
    lineLimit: 200,
    metafile: true,
    // For `sourcePlace`.
    sourcemap: "external",
    sourcesContent: false,
  });
  return metafile;
}
