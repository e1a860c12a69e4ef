import { readFileSync } from "node:fs";
import { expect } from "chai";
import { alertNames, readRules, runbookNames } from "./alert-files.js";
import { METRICS, SERVICE_METRICS } from "./exported-metrics.js";
import { faultsOf } from "./promql.js";

const alerts = readRules().filter(({ kind }) => kind === "alert");
const linkedPages = (file: string, link: RegExp) =>
  [...readFileSync(file, "utf8").matchAll(link)].map(([, name = ""]) => name);

describe("the alerts", () => {
  it("are read from the file, each with an expression", () => {
    const file = readFileSync("deploy/prometheus/waterbill-alerts.yml", "utf8");
    expect(alertNames()).to.have.length(file.split("- alert:").length - 1);
    for (const { name, expr } of readRules()) expect(expr, name).not.to.equal("");
  });

  it("have names of their own", () => {
    expect(new Set(alertNames()).size).to.equal(alerts.length);
  });

  it("have a page in docs/runbooks, and every page an alert", () => {
    expect(runbookNames()).to.have.members(alertNames());
  });

  it("are all listed among the runbooks and in docs/monitoring.md", () => {
    expect(linkedPages("docs/runbooks/README.md", /\]\((\w+)\.md\)/g)).to.have.members(alertNames());
    expect(linkedPages("docs/monitoring.md", /\]\(runbooks\/(Identity\w+)\.md\)/g)).to.have.members(
      alertNames(),
    );
  });

  it("have a severity, a summary, a description and the path of their page", () => {
    for (const { name, text } of alerts) {
      expect(text, name).to.match(/^ {10}severity: (page|ticket)$/m);
      for (const annotation of ["summary", "description"]) {
        expect(text, name).to.match(new RegExp(`^ {10}${annotation}: \\S`, "m"));
      }
      expect(text, name).to.include(`          runbook_url: docs/runbooks/${name}.md\n`);
    }
  });

  it("are each tested to fire and to stay quiet", () => {
    const tests = readFileSync("deploy/prometheus/waterbill-alerts.test.yml", "utf8");
    for (const { name } of alerts) {
      expect(tests).to.include(`alertname: ${name}, exp_alerts: []}`);
      expect(tests).to.include(`alertname: ${name}\n        exp_alerts:\n          - exp_labels:`);
    }
  });

  it("use only what the service exports", () => {
    const records = readRules().flatMap(({ kind, name }) => (kind === "record" ? [name] : []));
    for (const { name, expr } of readRules()) expect(faultsOf(expr, records), name).to.deep.equal([]);
  });
});

describe("docs/monitoring.md", () => {
  it("explains every metric of the service, with its labels", () => {
    const rows = readFileSync("docs/monitoring.md", "utf8").split("\n");
    for (const [name, { type, labels }] of Object.entries(SERVICE_METRICS)) {
      const row = rows.find((line) => line.startsWith(`| \`${name}\` |`)) ?? "";
      expect(row, name).to.include(`| ${type} |`);
      for (const label of Object.keys(labels)) expect(row, name).to.include(`\`${label}\``);
    }
  });
});

describe("the check of expressions", () => {
  it("finds names that the service doesn't export", () => {
    expect(faultsOf("sum(rate(waterbill_nothing_total{}[5m]))")).to.deep.equal([
      "waterbill_nothing_total is not exported",
    ]);
    expect(faultsOf('waterbill_workers{state="idle"}')).to.deep.equal([
      "waterbill_workers has no label state",
    ]);
    expect(faultsOf('waterbill_sessions_total{event=~"opened|reuse"}')).to.deep.equal([
      'waterbill_sessions_total has no event="reuse"',
    ]);
    expect(faultsOf("sum by (method) (up{})")).to.deep.equal(["nothing has the label method"]);
    expect(faultsOf("up and waterbill_workers{}")).to.deep.equal(["up has no matcher"]);
    expect(faultsOf("rpc_server_call_duration_seconds{}")).to.deep.equal([
      "rpc_server_call_duration_seconds is not exported",
    ]);
  });

  it("accepts the parts of histograms", () => {
    const [name] = Object.keys(METRICS);
    for (const suffix of ["bucket", "sum", "count"]) {
      expect(faultsOf(`rate(${name}_${suffix}{error_type!=""}[5m])`)).to.deep.equal([]);
    }
  });
});
