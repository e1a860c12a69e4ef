import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join, relative, resolve } from "node:path";
import { createInterface } from "node:readline";
import { expect } from "chai";
import { sourcePlace } from "../../src/system/source-place.js";
import { type BuiltProgram, buildTemporaryProgram } from "../support/built-program.js";
import { useTestDatabase } from "../support/database.js";
import { stopProcess } from "../support/server-process.js";

// Coverage would count the built program as another one.
const environment = { ...process.env, NODE_V8_COVERAGE: "" };

type Output = BuiltProgram["outputs"][string];

describe("the built program", () => {
  const base = useTestDatabase();
  let program: BuiltProgram;
  let folder: string;
  let files: BuiltProgram["outputs"];

  before(async () => {
    program = await buildTemporaryProgram();
    ({ folder, outputs: files } = program);
  });
  after(() => program.remove());

  const outputOf = (name: string) => files[relative(".", join(folder, "dist", name))]!;
  const modules = () =>
    readdirSync(join(folder, "dist"))
      .filter((name) => name.endsWith(".js"))
      .map((name) => ({ name, text: readFileSync(join(folder, "dist", name), "utf8") }));

  /** What Node loads before the first line of an entry runs: our files, and by its name every package outside of them. */
  function loadedWith(name: string): { outputs: Output[]; packages: string[] } {
    const outputs = new Set([outputOf(name)]);
    const packages = new Set<string>();
    // The loop also visits what it adds.
    for (const { imports } of outputs) {
      for (const { path, external } of imports.filter(({ kind }) => kind === "import-statement")) {
        if (external) packages.add(path);
        else outputs.add(files[path]!);
      }
    }
    return { outputs: [...outputs], packages: [...packages].filter((path) => !isBuiltin(path)) };
  }

  async function startServer(): Promise<{ child: ChildProcess; origin: string }> {
    const child = spawn(process.execPath, [program.start], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...environment, HOST: "127.0.0.1", PORT: "0", DATABASE_URL: base.url, DATA_DIR: folder },
    });
    for await (const line of createInterface({ input: child.stdout })) {
      const port = /"port":(\d+),.*"serving"/.exec(line)?.[1];
      if (port !== undefined) return { child, origin: `http://127.0.0.1:${port}` };
    }
    throw new Error("the server ended");
  }

  async function expectEveryEncoding(address: string, file: string): Promise<void> {
    const content = readFileSync(file, "utf8");
    for (const encoding of ["br", "gzip", "identity"]) {
      const response = await fetch(address, { headers: { "accept-encoding": encoding } });
      expect(response.headers.get("content-encoding") ?? "identity", address).to.equal(encoding);
      expect((await response.text()) === content, `${address} in ${encoding}`).to.equal(true);
    }
  }

  it("serves calls, and stops on a signal", async () => {
    const { child, origin } = await startServer();
    const exited = once(child, "exit");
    try {
      child.stdout?.resume();
      const response = await fetch(`${origin}/api/auth/login/`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ phone: "" }),
      });
      expect(response.status).to.equal(400);
      expect(await response.json()).to.have.nested.property("data.password");
      await expectEveryEncoding(`${origin}/api/schema/`, "gen/openapi.json");
      const page = `${origin}/api/docs/`;
      const [, script = ""] = /<script src="([^"]+)"/.exec(await (await fetch(page)).text())!;
      const installed = "node_modules/swagger-ui-dist/swagger-ui-bundle.js";
      await expectEveryEncoding(new URL(script, page).href, installed);
      const console = `${origin}/admin/`;
      const [, main = ""] = /<script src="([^"]+)"/.exec(await (await fetch(console)).text())!;
      await expectEveryEncoding(new URL(main, console).href, join(folder, "dist/console", main));
    } finally {
      await stopProcess(child, "SIGTERM");
    }
    expect(await exited).to.deep.equal([0, null]);
  });

  it("has what the documentation pages load of packages, and the licences", () => {
    const packages = join(folder, "dist/packages");
    const names = readdirSync(packages, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => name);
    const isNotice = (name: string) => /LICENSE|NOTICE/.test(name);
    expect(names.filter((name) => !isNotice(name))).to.have.members([
      ...["package.json", "package.json"],
      ...["swagger-ui-bundle.js", "swagger-ui.css", "redoc.standalone.js"].flatMap((name) => [
        ...[name, `${name}.br`, `${name}.gzip`],
      ]),
    ]);
    expect(names.filter((name) => name === "LICENSE")).to.have.length(2);
    const redoc = readFileSync(join(packages, "redoc/bundles/redoc.standalone.js"), "utf8");
    expect(redoc.includes("cdn.redoc.ly")).to.equal(false);
  });

  it("has the command line", () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    const cli = (...args: string[]) =>
      execFileSync(process.execPath, [join(folder, "dist/cli.js"), ...args], {
        env: { ...environment, DATABASE_URL: base.url },
        encoding: "utf8",
      });
    expect(cli("--version")).to.equal(`waterbill ${version}\n`);
    expect(cli("whitelist", "export", "--search", "nowhere")).to.equal("\ufeffphone,notes,is_active\r\n");
  });

  it("loads at its start only what every server needs", () => {
    const { outputs, packages } = loadedWith("main.js");
    const inputs = outputs.flatMap((output) => Object.keys(output.inputs));
    expect(inputs.filter((file) => file.endsWith("sequelize/lib/model.js"))).to.have.length(1);
    const onDemand =
      /node_modules\/(@bufbuild\/cel|commander|@inquirer|pino-pretty|prom-client|@opentelemetry)\//;
    expect(inputs.filter((file) => onDemand.test(file))).to.deep.equal([]);
    expect(packages).to.deep.equal([]);
  });

  it("can load OpenTelemetry on demand", () => {
    const inputs = Object.values(files).flatMap((output) => Object.keys(output.inputs));
    expect(inputs.filter((file) => file.endsWith("sdk-trace/build/src/TracerProvider.js"))).to.have.length(1);
  });

  it("takes one byte a character in memory", () => {
    expect(modules()).not.to.have.length(0);
    const wide = modules().filter(({ text }) => /[^\0-\xff]/.test(text));
    expect(wide.map(({ name }) => name)).to.deep.equal([]);
  });

  it("names classes of errors in logs as the source does", () => {
    const numbered = modules().flatMap(
      ({ text }) => text.match(/\w+Error\d+=class[^{]*\{(?!static\{Object)/g) ?? [],
    );
    expect(numbered).to.deep.equal([]);
  });

  it("has a map of the places in the source, which logs show", () => {
    const declaration = "function describeStartupError(";
    const { name, text } = modules().find((module) => module.text.includes(declaration))!;
    const before = text.slice(0, text.indexOf(declaration)).split("\n");
    const place = sourcePlace({
      file: resolve(folder, "dist", name),
      line: before.length,
      column: before.at(-1)!.length + 1,
    });
    const source = readFileSync("src/startup-error.ts", "utf8").split("\n");
    expect(place?.file).to.equal(resolve("src/startup-error.ts"));
    expect(source[place!.line - 1]).to.include(declaration);
  });
});
