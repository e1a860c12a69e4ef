import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { registerCustomer, registration, succeed } from "../support/rest-calls.js";
import { runService } from "../support/running-service.js";
import { freePort } from "../support/server-process.js";
import { keepBusy } from "./busy-customer.js";
import { askPrometheus, type QueryResult, queryDashboard } from "./dashboard-queries.js";
import { serveMadeUpMetrics } from "./made-up-metrics.js";
import { PROMETHEUS_FOLDER, prometheusBin, startPrometheus } from "./start-prometheus.js";
import { runTrial } from "./trial.js";

// The alerts on made-up series, and every query of the dashboard on a real Prometheus: `npm run trials -- alerts`. A Prometheus
// is installed if possible.

interface RuleState {
  name: string;
  health: string;
  lastError?: string;
}

/** All rules that Prometheus has loaded. */
async function readRuleStates(url: string): Promise<RuleState[]> {
  const { groups } = await askPrometheus<{ groups: { rules: RuleState[] }[] }>(url, "rules");
  return groups.flatMap(({ rules }) => rules);
}

/** Prometheus needs a second scrape and evaluation before rates have values. */
const PATIENCE_MS = 30_000;
const POLL_MS = 500;

/** Reads until `isDone`, or until patience ends, and resolves with what was read last. */
async function readUntil<T>(read: () => Promise<T>, isDone: (state: T) => boolean): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const state = await read();
    if (isDone(state) || performance.now() > deadline) return state;
    await delay(POLL_MS);
  }
}

/** Whitelisted in development. */
const OTHERS = ["+237670000000", "+237670000002"];

const withoutSeries = (results: readonly QueryResult[]) =>
  results.filter(({ seriesCount }) => seriesCount === 0).map(({ panel, expr }) => `${panel}: ${expr}`);

await runTrial("alerts", [], async (trial) => {
  const promtool = (...args: string[]) =>
    execFileSync(join(prometheusBin(), "promtool"), args, { cwd: PROMETHEUS_FOLDER, stdio: "inherit" });

  await trial.step("promtool accepts rules and configuration", async () => {
    promtool("check", "rules", "waterbill-alerts.yml");
    promtool("check", "config", "prometheus.yml");
  });
  await trial.step("alerts fire on made-up series, and are quiet on healthy ones", async () =>
    promtool("test", "rules", "waterbill-alerts.test.yml"),
  );
});

await runTrial("dashboard", [], async (trial) => {
  const url = await startPrometheus(trial, await serveMadeUpMetrics(trial));

  await trial.step("Prometheus evaluates every rule without an error", async () => {
    const states = await readUntil(
      () => readRuleStates(url),
      (rules) => rules.length > 0 && rules.every(({ health }) => health !== "unknown"),
    );
    expect(states).not.to.deep.equal([]);
    expect(states.filter(({ health }) => health !== "ok")).to.deep.equal([]);
    return `${states.length} rules`;
  });
  await trial.step("every query of the dashboard has series", async () => {
    const results = await readUntil(
      () => queryDashboard(url),
      (all) => withoutSeries(all).length === 0,
    );
    expect(withoutSeries(results)).to.deep.equal([]);
    return `${results.length} queries, ${results.reduce((sum, { seriesCount }) => sum + seriesCount, 0)} series`;
  });
});

await runTrial("metrics", [], async (trial) => {
  const port = await freePort();
  const service = await runService({
    DATA_DIR: `${trial.folder}/.data`,
    METRICS_PORT: String(port),
    ...{ LIMIT_LOGIN: "2/second", LIMIT_REGISTER: "1000/minute" },
  });
  trial.atEnd(service.stop);
  await registerCustomer(service);
  const url = await startPrometheus(trial, `127.0.0.1:${port}`);
  trial.atEnd(keepBusy(service));
  // After the first scrape: an increase needs two values.
  await readUntil(
    () => askPrometheus<{ result: unknown[] }>(url, "query", { query: "waterbill_sms_total" }),
    ({ result }) => result.length > 0,
  );
  for (const phone of OTHERS) await succeed(service, "register", registration(phone));

  await trial.step("every query of the dashboard has series of the service itself", async () => {
    const results = await readUntil(
      () => queryDashboard(url),
      (all) => withoutSeries(all).length === 0,
    );
    expect(withoutSeries(results)).to.deep.equal([]);
    return `${results.length} queries`;
  });
  await trial.step("no alert fires", async () => {
    const { alerts } = await askPrometheus<{ alerts: { state: string; labels: { alertname: string } }[] }>(
      url,
      "alerts",
    );
    const firing = alerts.filter(({ state }) => state === "firing").map(({ labels }) => labels.alertname);
    expect(firing).to.deep.equal([]);
    return `${alerts.length} pending`;
  });
});
