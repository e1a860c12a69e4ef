import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { folderOf } from "../support/programs.js";
import { freePort, startProcess, stopProcess } from "../support/server-process.js";
import { readConfiguration } from "./start-proxy.js";
import { SkippedError, type Trial } from "./trial.js";

/** The files that Prometheus loads. */
export const PROMETHEUS_FOLDER = fileURLToPath(new URL("../../deploy/prometheus/", import.meta.url));

/** The folder of promtool and prometheus, which are installed first if possible. Otherwise the trial is skipped. */
export function prometheusBin(): string {
  const files = ["promtool", "prometheus"];
  const places = ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"];
  try {
    return folderOf({ files, places, aptPackage: "prometheus" });
  } catch {
    throw new SkippedError("promtool is not installed");
  }
}

async function isReady(url: string): Promise<void> {
  const { ok } = await fetch(`${url}/-/ready`);
  if (!ok) throw new Error("Prometheus is still reading its storage");
}

/**
 * Starts a Prometheus with the configuration and the rules of `deploy/`, which scrapes `target` (host:port) every second
 * and ends with the trial. Resolves with its URL.
 */
export async function startPrometheus(trial: Trial, target: string): Promise<string> {
  const bin = prometheusBin();
  const folder = mkdtempSync(join(tmpdir(), "waterbill-prometheus-"));
  const file = join(folder, "prometheus.yml");
  const configuration = readConfiguration(join(PROMETHEUS_FOLDER, "prometheus.yml"), {
    "127.0.0.1:9464": target,
    "scrape_interval: 15s": "scrape_interval: 1s",
    "evaluation_interval: 30s": "evaluation_interval: 1s",
    "- waterbill-alerts.yml": `- ${join(PROMETHEUS_FOLDER, "waterbill-alerts.yml")}`,
    // No Alertmanager runs.
    'targets: ["127.0.0.1:9093"]': "targets: []",
  });
  writeFileSync(file, configuration);
  const url = `http://127.0.0.1:${await freePort()}`;
  const child = await startProcess(
    join(bin, "prometheus"),
    [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=${new URL(url).host}`,
    ],
    { account: undefined, cwd: folder, responds: () => isReady(url) },
  );
  trial.atEnd(async () => {
    await stopProcess(child, "SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  });
  return url;
}
