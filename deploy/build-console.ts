import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { build, type Plugin } from "esbuild";
import type { Language } from "../src/messages/catalogue.js";
import { CONSOLE_MANIFEST, type ConsoleFiles } from "../src/pages/console-page.js";
import { BEST_BROTLI_QUALITY, writeStaticFile } from "./static-file.js";

const ENTRY = "src/web/console/main.tsx";

/** Becomes a script of its own, which comes after the form to sign in with. */
const PAGES = "src/web/console/workplace.tsx";

/** For the licences of what is in the script. */
const BANNER = `/*! WaterBill Identity, with Connect and Protobuf-ES (Apache-2.0) and Preact (MIT, (c) Jason Miller) */`;

/**
 * Has the script write the base64 of descriptors itself: of text, in which words repeat, gzip makes much less. Fails if the
 * generated code looks different.
 */
const textDescriptors: Plugin = {
  name: "text-descriptors",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]gen[\\/].*_pb\.js$/ }, async ({ path }) => {
      const [before, base64, after, ...others] = (await readFile(path, "utf8")).split(
        /(?<=fileDesc\()"([^"]*)"/,
      );
      if (base64 === undefined || others.length > 0) throw new Error(`${path} has not one descriptor`);
      const text = JSON.stringify(Buffer.from(base64, "base64").toString("latin1"));
      return { contents: `${before}btoa(${text})${after}`, loader: "js" };
    });
  },
};

/**
 * Leaves out what reads messages in JSON: the console gets them in Protobuf alone. Fails if Protobuf-ES has it in another file
 * than before.
 */
function withoutJsonReader(): Plugin {
  let isLeftOut = false;
  return {
    name: "without-json-reader",
    setup({ onLoad, onEnd }) {
      onLoad(
        { filter: /[\\/]@bufbuild[\\/]protobuf[\\/]dist[\\/]esm[\\/]from-json\.js$/ },
        async ({ path }) => {
          isLeftOut = true;
          const names = [...(await readFile(path, "utf8")).matchAll(/^export function (\w+)/gm)];
          const exports = names.map(([, name]) => `missing as ${name}`).join(", ");
          return {
            contents: `function missing() { throw new Error("the console reads no JSON"); }\nexport { ${exports} };`,
          };
        },
      );
      onEnd(() => (isLeftOut ? null : { errors: [{ text: "from-json.js is not found" }] }));
    },
  };
}

/** The catalogues, each of which becomes a file of its own. */
const CATALOGUES: Readonly<Record<Language, string>> = {
  fr: "src/web/console/messages/fr/catalogue.ts",
  en: "src/web/console/messages/en/catalogue.ts",
};

/** Writes the administrators' console to `folder`, which it empties first. */
export async function buildConsole(folder: string): Promise<void> {
  const { outputFiles, metafile } = await build({
    entryPoints: [ENTRY],
    entryNames: "console-[hash]",
    chunkNames: "console-[hash]",
    outdir: folder,
    write: false,
    metafile: true,
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
    legalComments: "none",
    banner: { js: BANNER },
    plugins: [textDescriptors, withoutJsonReader()],
    logLevel: "warning",
  });
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { path, contents } of outputFiles) {
    await writeStaticFile(join(folder, basename(path)), Buffer.from(contents), BEST_BROTLI_QUALITY);
  }
  const outputs = Object.entries(metafile.outputs);
  const nameOf = (source: string) => basename(outputs.find(([, file]) => file.entryPoint === source)![0]);
  const [, entry] = outputs.find(([, file]) => file.entryPoint === ENTRY)!;
  const imported = entry.imports.filter(({ kind }) => kind === "import-statement");
  const files: ConsoleFiles = {
    script: nameOf(ENTRY),
    imported: imported.map(({ path }) => basename(path)),
    later: [nameOf(PAGES)],
    style: basename(outputs.find(([path]) => path.endsWith(".css"))![0]),
    texts: { fr: nameOf(CATALOGUES.fr), en: nameOf(CATALOGUES.en) },
  };
  writeFileSync(join(folder, CONSOLE_MANIFEST), JSON.stringify(files));
}
