import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
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
