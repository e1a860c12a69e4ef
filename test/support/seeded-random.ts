import { createCipheriv, createHash, randomInt } from "node:crypto";

/** Random choices that are the same for the same seed. */
export interface SeededRandom {
  /** A whole number from 0 to `below` - 1. */
  integer(below: number): number;
  /** True once in `outOf` times. */
  once(outOf: number): boolean;
  pick<T>(list: readonly T[]): T;
  bytes(count: number): Buffer;
}

/** The seed in TRIAL_SEED, or a new one; prints it, so that a run can be repeated. */
export function trialSeed(): string {
  const seed = process.env.TRIAL_SEED || String(randomInt(1e9));
  console.log(`TRIAL_SEED=${seed}`);
  return seed;
}

/** Random numbers from the key stream of a cipher whose key is the seed's hash. */
export function seededRandom(seed: string): SeededRandom {
  const key = createHash("sha256").update(seed).digest();
  const stream = createCipheriv("aes-256-ctr", key, Buffer.alloc(16));
  const bytes = (count: number) => stream.update(Buffer.alloc(count));
  const integer = (below: number) => bytes(6).readUIntBE(0, 6) % below;
  return {
    integer,
    once: (outOf) => integer(outOf) === 0,
    pick: (list) => list[integer(list.length)]!,
    bytes,
  };
}

/** The elements of a list in random order. */
export function shuffled<T>(list: readonly T[], random: SeededRandom): T[] {
  const rest = [...list];
  return list.map(() => rest.splice(random.integer(rest.length), 1)[0]!);
}
