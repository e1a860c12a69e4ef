import { seededRandom } from "../test/support/seeded-random.js";
import type { AnchorPlace, Group, Load, Measure, Place } from "./loads/load.js";
import type { Ratios } from "./measure/baseline.js";
import { estimateRatio } from "./measure/ratios.js";
import type { Row } from "./measure/report.js";
import { measureRounds } from "./measure/rounds.js";
import type { Slice, Subject } from "./measure/slice.js";
import type { Stores } from "./servers/stores.js";

/** A service that takes part. */
export interface Contender {
  name: string;
  place: Place;
}

/** A load on each contender, and its anchors. */
interface Contest {
  load: Load;
  loads: Subject[];
  anchors: Subject[];
}

interface ContestOptions {
  contenders: readonly Contender[];
  /** Absent: the groups have no anchors. */
  anchors?: AnchorPlace;
  stores: Stores;
  rounds: number;
  /** Orders the slices. */
  seed: string;
  /** How long (ms) each load calls before anything is measured, and then in each slice, if not as long as usual. */
  times?: { warmUpMs: number; sliceMs: number };
}

/** Measures the loads of the groups on all contenders, and their anchors. Returns the table, and the ratios to anchors. */
export async function runContests(
  groups: readonly Group[],
  options: ContestOptions,
): Promise<{ rows: Row[]; ratios: Ratios }> {
  const { contenders, anchors, stores, rounds, seed, times } = options;
  const places = [...contenders.map(({ place }) => place), ...(anchors ? [anchors] : [])];
  const contests: Contest[] = [];
  for (const group of groups) contests.push(...(await openGroup(group, contenders, anchors)));
  const slices = await measureRounds(
    contests.map((contest) => [...contest.loads, ...contest.anchors]),
    {
      ...{ rounds, stores, random: seededRandom(seed), ...times },
      async beforeRound(round) {
        console.error(`round ${round + 1} of ${rounds}`);
        for (const { tidy } of places) await tidy();
      },
    },
  );
  const results = contests.map(({ load, loads, anchors: { length } }, index) => ({
    load,
    loads: slices[index]!.slice(0, loads.length),
    anchors: load.anchors.slice(0, length).map((name, anchor) => ({
      name,
      slices: slices[index]![loads.length + anchor]!,
    })),
  }));
  const names = contenders.length > 1 ? contenders.map(({ name }) => `, ${name}`) : [""];
  return {
    rows: results.flatMap((result) => rowsOf(result, names)),
    ratios: Object.fromEntries(results.flatMap(ratiosOf)),
  };
}

async function openGroup(
  group: Group,
  contenders: readonly Contender[],
  anchorPlace: AnchorPlace | undefined,
): Promise<Contest[]> {
  const anchors = new Map<string, Subject>();
  if (anchorPlace)
    for (const { name, connect } of group.anchors) anchors.set(name, await connect(anchorPlace));
  const contests: Contest[] = [];
  for (const load of group.loads) {
    const loads: Subject[] = [];
    for (const { place } of contenders) loads.push(await load.connect(place));
    contests.push({ load, loads, anchors: load.anchors.flatMap((name) => anchors.get(name) ?? []) });
  }
  return contests;
}

/** The slices of a load on each contender, and of its anchors. */
interface Result {
  load: Load;
  loads: Slice[][];
  anchors: { name: string; slices: Slice[] }[];
}

function compare(measures: readonly Measure[], slices: readonly Slice[], others: readonly Slice[]) {
  return measures.map((measure) => ({ measure, ...estimateRatio(measure, slices, others) }));
}

/**
 * A row for the load of each contender, from the second on with its ratio to that of the first; below it a row for each
 * anchor and contender, with the ratio of the load to the anchor. The `names` of the contenders end the labels.
 */
function rowsOf({ load: { name, measures }, loads, anchors }: Result, names: readonly string[]): Row[] {
  const loadRows = loads.map((slices, index) => ({
    label: name + names[index],
    slices,
    ratios: index === 0 ? [] : compare(measures, slices, loads[0]!),
  }));
  const anchorRows = anchors.flatMap((anchor) =>
    loads.map((slices, index) => ({
      label: `  ${anchor.name}${names[index]}`,
      slices: anchor.slices,
      ratios: compare(measures, slices, anchor.slices),
    })),
  );
  return [...loadRows, ...anchorRows];
}

/** The ratios of the last contender's load to its anchors. */
function ratiosOf({ load, loads, anchors }: Result) {
  return anchors.flatMap(({ name, slices }) =>
    compare(load.measures, loads.at(-1)!, slices).map(
      ({ measure, ...estimate }) => [`${load.name} / ${name}: ${measure}`, estimate] as const,
    ),
  );
}
