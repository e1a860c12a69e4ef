import { type HostileRequest, openHostileClient } from "./exchange.js";
import { complaint } from "./judge.js";
import { hostileRequest, type Knowledge } from "./requests.js";

interface HostileRun {
  port: number;
  seed: string;
  count: number;
  knowledge: Knowledge;
}

/** How the service responded. */
export interface HostileReport {
  /** How many responses have each HTTP status; `none` if the connection ended without one. */
  statuses: Record<string, number>;
  /** The first faults, each with its request: empty if every response was as the protocol wants it. */
  faults: string[];
}

const CONCURRENCY = 16;
const MAX_FAULTS = 20;

function describe(index: number, { protocol, httpMethod, path, headers, body }: HostileRequest): string {
  const shown = JSON.stringify(body.subarray(0, 300).toString("latin1"));
  return `input ${index}, ${protocol}: ${httpMethod} ${path.slice(0, 200)} ${JSON.stringify(headers).slice(0, 400)} ${shown}`;
}

/** Sends `count` hostile requests; each is a function of the seed and its index. */
export async function sendHostile({ port, seed, count, knowledge }: HostileRun): Promise<HostileReport> {
  const client = openHostileClient(port);
  const report: HostileReport = { statuses: {}, faults: [] };
  let next = 0;
  async function send(index: number): Promise<void> {
    const request = hostileRequest(`${seed}/${index}`, knowledge);
    const response = await client.send(request);
    const status = response?.status ?? "none";
    report.statuses[status] = (report.statuses[status] ?? 0) + 1;
    const fault = complaint(request, response);
    if (fault) report.faults.push(`${fault}\n  ${describe(index, request)}`);
  }
  async function work(): Promise<void> {
    while (next < count && report.faults.length < MAX_FAULTS) await send(next++);
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  client.close();
  return report;
}
