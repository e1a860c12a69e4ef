import { undocumented } from "./judge.js";
import { type Acquaintance, type DocumentedRequest, documentedRequest } from "./requests.js";

interface DocumentedRun {
  origin: string;
  seed: string;
  count: number;
  acquaintance: Acquaintance;
}

/** How the service responded. */
export interface DocumentedReport {
  /** How many responses have each status. */
  statuses: Record<string, number>;
  /** The operations that succeeded at least once. */
  succeeded: Set<string>;
  /** The first responses that are not as documented, or are our fault; each with its request. */
  faults: string[];
}

const CONCURRENCY = 8;
const MAX_FAULTS = 20;

/** Sends `count` requests that the OpenAPI document describes; each is a function of the seed and its index. */
export async function sendDocumented({
  origin,
  seed,
  count,
  acquaintance,
}: DocumentedRun): Promise<DocumentedReport> {
  const report: DocumentedReport = { statuses: {}, succeeded: new Set(), faults: [] };
  let next = 0;

  async function send(index: number): Promise<void> {
    const request = documentedRequest(`${seed}/${index}`, acquaintance);
    const { call, path, headers, body } = request;
    const response = await fetch(origin + path, { method: call.httpMethod, headers, body: body ?? null });
    const { status, headers: header } = response;
    const text = await response.text();
    report.statuses[status] = (report.statuses[status] ?? 0) + 1;
    if (response.ok) report.succeeded.add(call.operation.operationId);
    const fault = status >= 500 ? `status ${status}` : undocumented(call, { status, header, text });
    if (fault) report.faults.push(`${fault}\n  ${describe(index, request)}\n  ${text.slice(0, 500)}`);
  }
  async function work(): Promise<void> {
    while (next < count && report.faults.length < MAX_FAULTS) await send(next++);
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return report;
}

function describe(index: number, { call, path, headers, body = "" }: DocumentedRequest): string {
  return `request ${index}: ${call.httpMethod} ${path} ${JSON.stringify(headers)} ${body.slice(0, 500)}`;
}
