import type { SeededRandom } from "../../test/support/seeded-random.js";
import type { Stores } from "../servers/stores.js";
import { measureSlice, type Slice, type Subject } from "./slice.js";

/** Long enough for the compiler of a server to have seen its calls. */
const WARM_UP_MS = 2000;
/** Long enough for hundreds of calls, and short enough for a machine to be alike in neighbouring slices. */
const SLICE_MS = 150;

interface RoundsOptions {
  rounds: number;
  stores: Stores;
  /** Chooses the order, so that no subject always runs after the same other one. */
  random: SeededRandom;
  /** Called before each round. */
  beforeRound(round: number): Promise<void>;
  /** Time (ms) of calls to each subject before the first round. */
  warmUpMs?: number;
  /** The length of slices, of subjects that have none of their own. */
  sliceMs?: number;
}

/**
 * Measures subjects, slice by slice. In each round every unit has its turn, and the subjects of a unit follow each other,
 * because they are compared with each other. A subject may belong to several units. Returns slices by unit, subject and
 * round.
 */
export async function measureRounds(
  units: readonly (readonly Subject[])[],
  { rounds, stores, random, beforeRound, warmUpMs = WARM_UP_MS, sliceMs = SLICE_MS }: RoundsOptions,
): Promise<Slice[][][]> {
  for (const subject of new Set(units.flat())) await measureSlice(subject, stores, warmUpMs);
  const slices = units.map((unit) => unit.map((): Slice[] => []));
  for (let round = 0; round < rounds; round += 1) {
    await beforeRound(round);
    for (const [unitIndex, unit] of shuffled([...units.entries()], random)) {
      for (const [index, subject] of shuffled([...unit.entries()], random)) {
        const slice = await measureSlice(subject, stores, subject.sliceMs ?? sliceMs);
        slices[unitIndex]?.[index]?.push(slice);
      }
    }
  }
  return slices;
}

/** The items in a random order, each order as likely as any other. */
function shuffled<T>(items: readonly T[], random: SeededRandom): T[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = random.integer(last + 1);
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}
