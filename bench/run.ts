import { type Contender, runContests } from "./contest.js";
import { groups } from "./loads/groups.js";
import { compareWithBaseline, type Ratios, readBaseline, writeBaseline } from "./measure/baseline.js";
import { formatRow, heading } from "./measure/report.js";
import { type Options, readOptions } from "./options.js";
import { endAll } from "./servers/at-end.js";
import { startCollector } from "./servers/collector.js";
import { type Checkout, openAnchors, openService } from "./servers/place.js";
import { build } from "./servers/service.js";
import { measureStarts } from "./servers/start.js";
import { startStores } from "./servers/stores.js";

// `npm run bench`: see docs/benchmark.md.

const BASELINE = "bench/baseline.json";
const START = "start";
/**
 * The callers of each worker make 500 calls a second together, of one worker and of several. A process that has less to do
 * does less in one turn of its event loop, and one on a full machine shares its caches: either makes a call dearer.
 */
const CALLERS_OF_A_WORKER = 16;
const EVERY_MS = 32;
/** Longer than usual, because each worker compiles its code and fills its caches by itself, with its part of the calls. */
const TIMES_OF_WORKERS = { warmUpMs: 20_000, sliceMs: 1000 };

/** The services that take part; the others are compared with the first. */
async function checkoutsOf({ before, workers, telemetry }: Options): Promise<Checkout[]> {
  if (telemetry) {
    const spans = { OTEL_EXPORTER_OTLP_ENDPOINT: await startCollector() };
    const few = { OTEL_TRACES_SAMPLER: "parentbased_traceidratio", OTEL_TRACES_SAMPLER_ARG: "0.05" };
    return [
      { name: "off", folder: "." },
      { name: "metrics", folder: ".", environment: { METRICS_PORT: "0" } },
      { name: "traces", folder: ".", environment: { ...spans, ...few } },
    ];
  }
  if (workers !== null) {
    const withWorkers = (name: string, count: number): Checkout => ({
      ...{ name, folder: ".", workers: count },
      callers: { callers: count * CALLERS_OF_A_WORKER, everyMs: EVERY_MS },
    });
    return [withWorkers("single", 1), withWorkers("workers", workers)];
  }
  return [...(before === null ? [] : [{ name: "before", folder: before }]), { name: "after", folder: "." }];
}

async function measure(options: Options): Promise<Ratios> {
  const { only, rounds, seed } = options;
  const isChosen = (name: string) => only.length === 0 || only.includes(name);
  const checkouts = await checkoutsOf(options);
  for (const { folder } of checkouts) await build(folder);
  const stores = await startStores();
  const contenders: Contender[] = [];
  for (const checkout of checkouts) {
    contenders.push({ name: checkout.name, place: await openService(stores, checkout) });
  }
  const chosen = groups.filter(({ name }) => isChosen(name));
  const contests = await runContests(chosen, {
    ...{ contenders, stores, rounds, seed },
    ...(options.workers !== null && { times: TIMES_OF_WORKERS }),
    // What takes part in the other cases is compared with itself.
    ...(options.workers === null && !options.telemetry && { anchors: await openAnchors(stores) }),
  });
  console.log([heading(), ...contests.rows.map(formatRow)].join("\n"));
  if (!isChosen(START)) return contests.ratios;

  const starts = await measureStarts(
    checkouts.map(({ name, folder }, index) => ({
      label: checkouts.length > 1 ? `start, ${name}` : "start",
      folder,
      settings: contenders[index]!.place.settings,
    })),
  );
  console.log(starts.lines.join("\n"));
  return { ...contests.ratios, ...starts.ratios };
}

/** The groups that the ratios with these names come from. */
function groupsOf(ratioNames: readonly string[]): string[] {
  const groupOf = (ratioName: string) =>
    groups.find(({ loads }) => loads.some(({ name }) => ratioName.startsWith(`${name} /`)))?.name ?? START;
  return [...new Set(ratioNames.map(groupOf))];
}

/**
 * Says which ratios are worse than the baseline's. What looks worse is measured again, for twice as long, and has to be
 * worse again: of the dozens of ratios some fall outside of their intervals, and a program that starts meanwhile slows
 * one server down more than another.
 */
async function compare(options: Options, ratios: Ratios): Promise<string[]> {
  const worse = (measured: Ratios) => compareWithBaseline(measured, readBaseline(BASELINE));
  const faults = worse(ratios);
  if (faults.length === 0) return [];
  for (const fault of faults) console.error(`measured again: ${fault}`);
  await endAll();
  return worse(await measure({ ...options, only: groupsOf(faults), rounds: 2 * options.rounds }));
}

async function bench(options: Options): Promise<void> {
  const ratios = await measure(options);
  if (options.writesBaseline) writeBaseline(BASELINE, ratios);
  if (!options.checks) return;
  const faults = await compare(options, ratios);
  for (const fault of faults) console.error(`worse than the baseline: ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
  else console.log("nothing is worse than the baseline");
}

try {
  await bench(readOptions(process.argv.slice(2), [...groups.map(({ name }) => name), START]));
} finally {
  await endAll();
}
