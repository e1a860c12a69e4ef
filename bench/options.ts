import { parseArgs } from "node:util";

export interface Options {
  /** The folder of another checkout, which is compared with this one. */
  before: string | null;
  /** Names of groups; empty: all. */
  only: readonly string[];
  rounds: number;
  /** Orders the slices. */
  seed: string;
  /** Compares the ratios with the baseline. */
  checks: boolean;
  writesBaseline: boolean;
}

const DEFAULT_ROUNDS = 24;

/** Reads the arguments of `npm run bench`. Throws for those that it doesn't know; `names` are the groups. */
export function readOptions(args: readonly string[], names: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      only: { type: "string", default: "" },
      rounds: { type: "string", default: String(DEFAULT_ROUNDS) },
      seed: { type: "string", default: "bench" },
      check: { type: "boolean", default: false },
      "write-baseline": { type: "boolean", default: false },
    },
  });
  const only = values.only.split(",").filter((name) => name !== "");
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Error(`--only ${unknown.join(",")}: there are ${names.join(", ")}`);
  const rounds = Number(values.rounds);
  if (!(Number.isInteger(rounds) && rounds > 0))
    throw new Error(`--rounds ${values.rounds}: must be a number of rounds`);
  if (positionals.length > 1) throw new Error("give one other checkout, or none");
  return {
    before: positionals[0] ?? null,
    only,
    rounds,
    seed: values.seed,
    checks: values.check,
    writesBaseline: values["write-baseline"],
  };
}
