import { readDashboard } from "../deploy/alert-files.js";

/** What a Prometheus answered to a query of the dashboard. */
export interface QueryResult {
  /** The panel's title, or the variable's name. */
  panel: string;
  expr: string;
  seriesCount: number;
}

/** Calls Prometheus's HTTP API. Rejects with its message if it reports an error. */
export async function askPrometheus<T>(
  url: string,
  path: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<T> {
  const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(parameters)}`);
  const body = (await response.json()) as { status: string; error?: string; data: T };
  if (body.status !== "success") throw new Error(`${parameters.query ?? path}: ${body.error}`);
  return body.data;
}

/** An expression as Grafana sends it when all instances of the job are chosen. */
function withVariables(expr: string, job: string): string {
  return expr.replaceAll("$job", job).replaceAll("$instance", ".+").replaceAll("$__rate_interval", "1m");
}

async function countSeries(url: string, expr: string): Promise<number> {
  const { result } = await askPrometheus<{ result: unknown[] }>(url, "query", { query: expr });
  return result.length;
}

/** `label_values(<metric>, <label>)`, which Grafana itself understands, as a query that has one series a value. */
function variableQuery(definition: string): string {
  return definition.replace(/^label_values\((.+), (\w+)\)$/, "count by ($2) ($1)");
}

/**
 * Sends every query of the dashboard, and those of its variables, to the Prometheus at `url`. Rejects if it reports an
 * error; a query without series is none. `job` is the name under which Prometheus scrapes the service.
 */
export async function queryDashboard(url: string, job = "waterbill-identity"): Promise<QueryResult[]> {
  const { panels, templating } = readDashboard();
  const queries = [
    ...templating.list.flatMap(({ name, definition }) =>
      definition ? [{ panel: `$${name}`, expr: variableQuery(definition) }] : [],
    ),
    ...panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ panel: title, expr }))),
  ];
  const results: QueryResult[] = [];
  for (const { panel, expr } of queries) {
    const seriesCount = await countSeries(url, withVariables(expr, job));
    results.push({ panel, expr, seriesCount });
  }
  return results;
}
