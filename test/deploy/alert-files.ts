import { readdirSync, readFileSync } from "node:fs";

/** A rule of deploy/prometheus/waterbill-alerts.yml. */
interface Rule {
  kind: "alert" | "record";
  name: string;
  expr: string;
  /** What follows its name in the file. */
  text: string;
}

/** Reads the rules by the layout of our file. Whether it is valid YAML, promtool says (`npm run trials -- alerts`). */
export function readRules(): Rule[] {
  const file = readFileSync("deploy/prometheus/waterbill-alerts.yml", "utf8");
  const [, ...blocks] = file.split(/^ {6}- (?=alert:|record:)/m);
  return blocks.map((text) => {
    const [, kind, name = ""] = /^(alert|record): (\S+)\n/.exec(text) ?? [];
    const [, folded, inline] = /^ {8}expr: (?:>-\n((?: {10}.+\n)+)|(.+)\n)/m.exec(text) ?? [];
    const expr = (folded ?? inline ?? "").trim().replace(/\s*\n\s*/g, " ");
    return { kind: kind === "alert" ? "alert" : "record", name, expr, text };
  });
}

export function alertNames(): string[] {
  return readRules().flatMap(({ kind, name }) => (kind === "alert" ? [name] : []));
}

/** The names of the alerts that have a page in docs/runbooks. */
export function runbookNames(): string[] {
  const pages = readdirSync("docs/runbooks").filter((file) => file !== "README.md");
  return pages.map((file) => file.replace(/\.md$/, ""));
}

interface Panel {
  id: number;
  type: string;
  title: string;
  gridPos: { h: number; w: number; x: number; y: number };
  targets?: readonly { refId: string; expr: string }[];
}

interface Dashboard {
  uid: string;
  schemaVersion: number;
  templating: { list: readonly { name: string; type: string; query: unknown; definition?: string }[] };
  panels: readonly Panel[];
}

export function readDashboard(): Dashboard {
  return JSON.parse(readFileSync("deploy/grafana/waterbill-identity.json", "utf8")) as Dashboard;
}
