import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const folder = fileURLToPath(new URL("../../../src/web", import.meta.url));
const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
  /\.(tsx?|css)$/.test(file),
);
const scripts = files.filter((file) => /\.tsx?$/.test(file));
const read = (file: string) => readFileSync(join(folder, file), "utf8");

/** Packages that pages may have in their scripts: each costs bytes on slow lines, and has to be trusted. */
const PACKAGES = /^(preact|@connectrpc\/connect|@connectrpc\/connect-web|@bufbuild\/protobuf|#client)(\/|$)/;

const isCatalogue = (file: string) => /^console\/messages\/(fr|en)\//.test(file);

/** The source without its comments. */
const codeOf = (file: string) => read(file).replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, "");

function importsOf(file: string): string[] {
  return [...codeOf(file).matchAll(/(?:from|import) "([^"]+)"|import\(\s*"([^"]+)"/g)].map(
    ([, named, dynamic]) => named ?? dynamic ?? "",
  );
}

/** What of a file breaks a rule; empty: nothing. */
const offences = (of: readonly string[], find: (file: string) => readonly string[]) =>
  of.flatMap((file) => find(file).map((found) => `${file}: ${found}`));

describe("the sources of pages", () => {
  it("are there", () => {
    expect(scripts).to.include.members(["console/app.tsx", "console/messages/fr/common.ts"]);
    expect(files).to.include("console/style.css");
  });

  it("import each other, and the packages that pages have, alone", () => {
    const foreign = offences(scripts, (file) =>
      importsOf(file).filter((name) =>
        name.startsWith(".")
          ? relative(folder, join(folder, dirname(file), name)).startsWith("..")
          : !PACKAGES.test(name),
      ),
    );
    expect(foreign).to.deep.equal([]);
  });

  it("leave the reader of JSON messages out, of which the build makes an error", () => {
    expect(
      offences(scripts, (file) => codeOf(file).match(/\b(?:mergeF|f|enumF)romJson\w*/g) ?? []),
    ).to.deep.equal([]);
  });

  it("never make HTML, code or styles of texts, nor load anything by its address", () => {
    const dangers =
      /\b(?:dangerouslySetInnerHTML|(?:inner|outer)HTML|insertAdjacentHTML|srcdoc|document\.write|eval|Function|createContextualFragment|setAttribute)\b|\bstyle=|\.(?:style\b(?!\.css)|cssText\b)|\bset(?:Timeout|Interval)\(\s*["'`]|(?:java|vb)script:|https?:\/\//g;
    expect(offences(scripts, (file) => codeOf(file).match(dangers) ?? [])).to.deep.equal([]);
    expect(
      offences(["console/style.css"], (file) => codeOf(file).match(/@import|url\(|expression/g) ?? []),
    ).to.deep.equal([]);
  });

  it("have their texts in the catalogues", () => {
    const others = scripts.filter((file) => !isCatalogue(file));
    // A word with an accent is French; words between elements are for people.
    const accents = offences(others, (file) => codeOf(file).match(/[À-ÖØ-öø-ÿŒœ]+/g) ?? []);
    const between = offences(
      others.filter((file) => file.endsWith(".tsx")),
      (file) => codeOf(file).match(/(?<=<\/?[a-z][a-z0-9]*>)\s*[A-Za-z][a-z]+ [a-z]+[^<>{}]*(?=<)/gi) ?? [],
    );
    expect([...accents, ...between]).to.deep.equal([]);
  });

  it("have the same catalogues in French and English", () => {
    const of = (language: string) => files.filter((file) => file.startsWith(`console/messages/${language}/`));
    const names = (language: string) => of(language).map((file) => file.split("/").at(-1));
    expect(names("en")).to.have.members(names("fr"));
  });

  it("are short", () => {
    const long = scripts.filter((file) => !isCatalogue(file) && read(file).split("\n").length > 201);
    expect(long).to.deep.equal([]);
  });
});
