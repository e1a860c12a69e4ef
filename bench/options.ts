import { parseArgs } from "node:util";

export interface Options {
  /** The folder of another checkout, which is compared with this one. */
  before: string | null;
  /** So many workers are compared with one; null: no. */
  workers: number | null;
  /** A service that records metrics, and one that records traces, are compared with one that records neither. */
  telemetry: boolean;
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

function readCount(option: string, text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new Error(`--${option} ${text}: must be a number of ${option}`);
}

/** Reads the arguments of `npm run bench`. Throws for those that it doesn't know; `names` are the groups. */
export function readOptions(args: readonly string[], names: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      only: { type: "string", default: "" },
      workers: { type: "string" },
      telemetry: { type: "boolean", default: false },
      rounds: { type: "string", default: String(DEFAULT_ROUNDS) },
      seed: { type: "string", default: "bench" },
      check: { type: "boolean", default: false },
      "write-baseline": { type: "boolean", default: false },
    },
  });
  const only = values.only.split(",").filter((name) => name !== "");
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Error(`--only ${unknown.join(",")}: there are ${names.join(", ")}`);
  const rounds = readCount("rounds", values.rounds);
  const workers = values.workers === undefined ? null : readCount("workers", values.workers);
  const hasOthers = positionals.length > 0 || values.check || values["write-baseline"];
  if (workers !== null && hasOthers) throw new Error("--workers: give no other checkout, and no baseline");
  if (values.telemetry && (hasOthers || workers !== null)) {
    throw new Error("--telemetry: give no other checkout, no workers and no baseline");
  }
  if (positionals.length > 1) throw new Error("give one other checkout, or none");
  return {
    before: positionals[0] ?? null,
    workers,
    telemetry: values.telemetry,
    only,
    rounds,
    seed: values.seed,
    checks: values.check,
    writesBaseline: values["write-baseline"],
  };
}
