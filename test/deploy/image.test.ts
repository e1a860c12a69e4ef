import { existsSync, readFileSync } from "node:fs";
import { expect } from "chai";

/** The instructions of the Dockerfile, each on one line. */
const instructions = readFileSync("Dockerfile", "utf8")
  .replace(/^#.*\n/gm, "")
  .replace(/\\\n/g, " ")
  .split("\n")
  .filter((line) => line !== "");

/** What COPY takes from the checkout. */
const sources = instructions
  .filter((line) => line.startsWith("COPY ") && !line.includes("--from="))
  .flatMap((line) => line.split(/\s+/).slice(1, -1))
  .filter((word) => !word.startsWith("--"));

const stages = instructions.filter((line) => line.startsWith("FROM "));
const runtime = instructions.slice(instructions.indexOf(stages.at(-1)!));
const argument = (name: string) =>
  instructions.find((line) => line.startsWith(`ARG ${name}=`))?.slice(`ARG ${name}=`.length);

/** Whether `.dockerignore` keeps a path from the builder: the last line that matches the path or a folder above decides. */
function isIgnored(path: string): boolean {
  const folders = path.split("/").map((_, index, names) => names.slice(0, index + 1).join("/"));
  const lines = readFileSync(".dockerignore", "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  const last = lines.findLast((line) => {
    const pattern = line.replace(/^!/, "");
    return pattern === "*" || folders.includes(pattern);
  });
  return last !== undefined && !last.startsWith("!");
}

describe("the image", () => {
  it("copies files that exist and that .dockerignore lets through", () => {
    expect(sources).to.include.members(["package.json", "src", "gen", "deploy/build.ts"]);
    for (const source of sources) {
      expect(existsSync(source), source).to.equal(true);
      expect(isIgnored(source), source).to.equal(false);
    }
  });

  it("is built from nothing else", () => {
    for (const path of [
      ".env",
      ".data/keys.json",
      ".git/HEAD",
      "secrets/token-secret",
      "test/app.ts",
      "dist/cli.js",
    ])
      expect(isIgnored(path), path).to.equal(true);
  });

  it("has all modules of the build", () => {
    const reached = new Set(["deploy/build.ts"]);
    // The loop also visits what it adds.
    for (const file of reached) {
      for (const [, name] of readFileSync(file, "utf8").matchAll(/from "\.\/([^"]+)\.js"/g)) {
        reached.add(`deploy/${name}.ts`);
      }
    }
    expect([...reached]).to.have.length.above(1);
    expect(sources).to.include.members([...reached]);
  });

  it("runs on the Node.js and the Debian on which its packages are installed", () => {
    const codenames: Readonly<Record<string, string>> = { bookworm: "12", trixie: "13" };
    const [, version, codename = ""] = /^node:(\d+)-(\w+)-slim$/.exec(argument("BUILD_IMAGE")!)!;
    expect(argument("RUNTIME_IMAGE")).to.match(new RegExp(`/nodejs${version}-debian${codenames[codename]}$`));
  });

  it("runs as an ordinary user, named by its number, without a shell", () => {
    expect(runtime).to.include("USER 65532:65532");
    expect(runtime.filter((line) => line.startsWith("RUN "))).to.deep.equal([]);
    expect(runtime).to.include.members([
      'CMD ["node", "dist/start.cjs"]',
      "ENTRYPOINT []",
      "STOPSIGNAL SIGTERM",
    ]);
    const check = runtime.find((line) => line.startsWith("HEALTHCHECK "));
    expect(check).to.match(/CMD \["node", "health-check\.mjs"\]$/);
  });
});
