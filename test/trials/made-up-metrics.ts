import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { METRICS } from "../deploy/exported-metrics.js";
import type { Trial } from "./trial.js";

const BUCKETS = ["0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2", "5", "10", "+Inf"];

type Labels = readonly (readonly [name: string, value: string])[];

/** Every combination of the labels' values. */
function combinations(labels: Readonly<Record<string, readonly string[]>>): Labels[] {
  return Object.entries(labels).reduce<Labels[]>(
    (all, [name, values]) => all.flatMap((some) => values.map((value): Labels => [...some, [name, value]])),
    [[]],
  );
}

function sample(name: string, labels: Labels, value: number): string {
  const pairs = labels.map(([label, text]) => `${label}="${text}"`);
  return `${name}${pairs.length > 0 ? `{${pairs.join(",")}}` : ""} ${value}`;
}

/** All metrics in Prometheus's text format after `count` scrapes: counters have grown by one each time. */
function exposition(count: number): string {
  return Object.entries(METRICS)
    .flatMap(([name, { type, labels }]) => [
      `# TYPE ${name} ${type}`,
      ...combinations(labels).flatMap((some) => {
        if (type !== "histogram") return [sample(name, some, type === "counter" ? count : 1)];
        return [
          ...BUCKETS.map((le) => sample(`${name}_bucket`, [...some, ["le", le]], count)),
          sample(`${name}_sum`, some, count * 0.004),
          sample(`${name}_count`, some, count),
        ];
      }),
    ])
    .map((line) => `${line}\n`)
    .join("");
}

/** Serves made-up series of every metric that the service exports. Resolves with its address, `host:port`. */
export async function serveMadeUpMetrics(trial: Trial): Promise<string> {
  let count = 0;
  const server = createServer((_request, response) => {
    count += 1;
    response.setHeader("Content-Type", "text/plain; version=0.0.4").end(exposition(count));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  trial.atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
