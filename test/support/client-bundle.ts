import { build } from "esbuild";

/** Bundles the client package for browsers: one minified ES module, with all that it imports. */
export async function buildClientBundle(): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: ["clients/typescript/src/index.ts"],
    outfile: "identity-client.js",
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    write: false,
  });
  return outputFiles[0]!.contents;
}
