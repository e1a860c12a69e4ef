import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const src = fileURLToPath(new URL("../src", import.meta.url));
const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter(
  // The sources of pages, which run in browsers, have rules of their own (test/web/).
  (file) => file.endsWith(".ts") && !file.startsWith("web/"),
);

/** The folders of `src`, outermost layer first. Each file directly in `src` counts as one too. */
const layers = [
  // What only `npm run generate` runs. It may import everything, and nothing imports it.
  ["openapi/"],
  ["main", "supervise", "process/", "cli", "cli/"],
  [
    "app",
    "gauges",
    "service-interceptors",
    "first-start",
    "jobs/",
    "context",
    "command-context",
    "infrastructure",
    "startup-error",
  ],
  ["rest/", "rpc/", "browser-sessions/", "oauth/", "pages/", "http/"],
  ["rate-limits/"],
  ["auth/", "profile/", "accounts/", "whitelist/", "directory/"],
  [
    "caller",
    "method-access",
    "audit/",
    "export/",
    "users/",
    "batches/",
    "registrations/",
    "guessing/",
    "passwords/",
    "verification/",
    "services/",
    "sessions/",
    "signing-keys/",
    "sms/",
    "paging/",
  ],
  ["db/"],
  [
    "challenge",
    "config",
    "config-derived",
    "config-files",
    "config-origins",
    "config-rates",
    "config-rules",
    "config-warnings",
    "config-trace-values",
    "config-traces",
    "config-values",
    "config-variables",
    "errors",
    "messages/",
    "telemetry/",
    "system/",
  ],
];

const features = new Set(["auth/", "profile/", "accounts/", "whitelist/", "directory/"]);

function roomOf(file: string): string {
  const slash = file.indexOf("/");
  return slash < 0 ? file.slice(0, -".ts".length) : file.slice(0, slash + 1);
}

const layerOf = (room: string) => layers.findIndex((layer) => layer.includes(room));

function read(file: string): string {
  return readFileSync(join(src, file), "utf8");
}

function importsOf(file: string): string[] {
  return [...read(file).matchAll(/(?:from|import) "([^"]+)"|import\("([^"]+)"\)/g)].map(
    ([, named, dynamic]) => named ?? dynamic ?? "",
  );
}

/** The files of `src` that a file imports, types included. */
function localImports(file: string): string[] {
  return importsOf(file)
    .filter((name) => name.startsWith("."))
    .map((name) => relative(src, join(src, dirname(file), name)).replace(/\.js$/, ".ts"));
}

/** Which rooms each room imports. */
function roomGraph(): Map<string, Set<string>> {
  const graph = new Map<string, Set<string>>();
  for (const file of files) {
    const from = roomOf(file);
    const others = localImports(file)
      .map(roomOf)
      .filter((to) => to !== from);
    graph.set(from, new Set([...(graph.get(from) ?? []), ...others]));
  }
  return graph;
}

/** The first circle in a graph, as the nodes along it; null if there is none. */
function findCircle(graph: ReadonlyMap<string, Iterable<string>>): string[] | null {
  const finished = new Set<string>();
  function visit(node: string, path: readonly string[]): string[] | null {
    const start = path.indexOf(node);
    if (start >= 0) return [...path.slice(start), node];
    if (finished.has(node)) return null;
    for (const next of graph.get(node) ?? []) {
      const circle = visit(next, [...path, node]);
      if (circle) return circle;
    }
    finished.add(node);
    return null;
  }
  for (const node of graph.keys()) {
    const circle = visit(node, []);
    if (circle) return circle;
  }
  return null;
}

const offenders = (isOffence: (file: string, text: string) => boolean) =>
  files.filter((file) => isOffence(file, read(file)));

describe("the source", () => {
  it("has only rooms that belong to a layer", () => {
    expect([...new Set(files.map(roomOf))].filter((room) => layerOf(room) < 0)).to.deep.equal([]);
  });

  it("imports only inwards, and never one feature from another", () => {
    const wrong = files.flatMap((file) => {
      const from = roomOf(file);
      return localImports(file)
        .map(roomOf)
        .filter((to) => to !== from)
        .filter((to) => layerOf(to) < layerOf(from) || (features.has(from) && features.has(to)))
        .map((to) => `${file} -> ${to}`);
    });
    expect(wrong).to.deep.equal([]);
  });

  it("has no circle of rooms, inside a layer or across layers", () => {
    expect(findCircle(roomGraph())).to.equal(null);
  });

  it("has no circle of files, type imports included", () => {
    expect(findCircle(new Map(files.map((file) => [file, localImports(file)])))).to.equal(null);
  });

  it("is checked by a search that finds circles", () => {
    // The circle that the tree had before sessions/ and passwords/ left users/.
    const before = {
      caller: ["users/"],
      "users/": ["codes/", "tokens/"],
      "tokens/": ["caller"],
      "codes/": [],
    };
    expect(findCircle(new Map(Object.entries(before)))).to.deep.equal([
      "caller",
      "users/",
      "tokens/",
      "caller",
    ]);
    expect(findCircle(new Map(Object.entries({ a: ["b", "c"], b: ["c"], c: [] })))).to.equal(null);
  });

  it("touches generated code only at its edges", () => {
    const edges =
      /^(cli|rpc|rest|browser-sessions|rate-limits|openapi)\/|^(errors|app|service-interceptors|method-access)\.ts$|-service\.ts$|-messages?\.ts$/;
    expect(offenders((file, text) => text.includes('"#gen/') && !edges.test(file))).to.deep.equal([]);
  });

  it("touches Sequelize only in db and the stores", () => {
    expect(
      offenders((file, text) => /from "sequelize"/.test(text) && !/^db\/|-store\.ts$/.test(file)),
    ).to.deep.equal([]);
  });

  it("passes a transaction, or null, to every call of a model", () => {
    const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0;
    const calls = /\w\.(create|bulkCreate|update|destroy|find\w+|count)\(/g;
    const modelUsers = offenders((_, text) => text.includes("database.models"));
    expect(modelUsers).not.to.have.length(0);
    expect(
      modelUsers.filter(
        (file) => count(read(file), calls) !== count(read(file), /\btransaction: (tx|null)\b/g),
      ),
    ).to.deep.equal([]);
  });

  it("touches the process and its console only in its roots", () => {
    const own = /\bprocess\.(env|argv|stdin|stdout|stderr|exit|exitCode|on)\b|\bconsole\.\w+\(/;
    const roots = /^(main|supervise|cli|db\/embedded\/worker)\.ts$/;
    expect(offenders((file, text) => own.test(text) && !roots.test(file))).to.deep.equal([]);
  });

  it("takes time and chance only from system", () => {
    const own = /new Date\(\)|Date\.now\(\)|Math\.random|randomUUID\(/;
    expect(offenders((file, text) => own.test(text) && !file.startsWith("system/"))).to.deep.equal([]);
  });

  it("has French text only in messages", () => {
    const french = /["'`][^"'`\n]*[éèêàçùÉ][^"'`\n]*["'`]/;
    const code = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
    expect(offenders((file, text) => french.test(code(text)) && !file.startsWith("messages/"))).to.deep.equal(
      [],
    );
  });

  it("has no file over 200 lines except the catalogues", () => {
    const long = (file: string, text: string) =>
      text.split("\n").length > 201 && !file.startsWith("messages/");
    expect(offenders(long)).to.deep.equal([]);
  });

  it("has no open task markers", () => {
    expect(offenders((_, text) => /\b(TODO|FIXME|XXX)\b/.test(text))).to.deep.equal([]);
  });
});
