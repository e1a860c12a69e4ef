import type { AuditKeys } from "./audit-keys.js";
import { actMac, EMPTY_MAC, headSeal, VALUE_KINDS, valueDigest } from "./history-chain.js";
import type { StoredAct } from "./history-store.js";

/** What is wrong with rows of an account's history. */
export interface ChainProblem {
  accountId: number;
  /** The first and the last row that it is about. */
  number: number;
  lastNumber: number;
  kind: /** The row is not what was recorded after the row before it. */
    | "changed"
    /** The rows are gone. */
    | "missing"
    /** The rows are outside of the chain. */
    | "inserted"
    /** The values are not those that were recorded. */
    | "values_changed"
    /** The rows can't be verified: their key is not among ours. */
    | "other_key"
    /** The chain's end is gone, so rows may be missing after this one. */
    | "head_missing"
    /** The chain's end is not what was recorded with its last row. */
    | "head_differs";
}

/** A chain while its rows are read. */
interface Chain {
  last: StoredAct;
  /** The number that the next row must have. */
  next: number;
  /** The MAC of the row before; null after a gap. */
  mac: Buffer | null;
  /** The first of the rows read last that have a key which isn't ours. */
  otherKeySince: number | null;
}

/** Checks chains whose rows arrive by account and number. */
export interface ChainChecker {
  /** Returns what is wrong with the row, and with the end of the chain before it if it begins another one. */
  check(row: StoredAct): ChainProblem[];
  /** Returns what is wrong with the end of the last chain. */
  end(): ChainProblem[];
}

const equal = (a: Buffer | null, b: Buffer | null) => (a && b ? a.equals(b) : a === b);

export function createChainChecker(keys: AuditKeys): ChainChecker {
  let chain: Chain | null = null;

  function end(): ChainProblem[] {
    const problems = chain ? [...endOtherKey(chain), ...checkHead(keys, chain)] : [];
    chain = null;
    return problems;
  }

  return {
    end,
    check(row) {
      const ended = chain && chain.last.account_id !== row.account_id ? end() : [];
      chain ??= { last: row, next: 1, mac: EMPTY_MAC, otherKeySince: null };
      chain.last = row;
      return [...ended, ...checkRow(keys, chain, row)];
    },
  };
}

function problem(
  { account_id }: StoredAct,
  kind: ChainProblem["kind"],
  number: number,
  lastNumber = number,
): ChainProblem {
  return { accountId: account_id, number, lastNumber, kind };
}

function checkRow(keys: AuditKeys, chain: Chain, row: StoredAct): ChainProblem[] {
  const { number } = row;
  if (number < chain.next) return [problem(row, "inserted", number)];
  const problems: ChainProblem[] = [];
  if (number > chain.next) {
    problems.push(...endOtherKey(chain), problem(row, "missing", chain.next, number - 1));
    chain.mac = null;
  }
  const key = keys.all.find(({ id }) => id === row.key_id);
  if (key) {
    problems.push(...endOtherKey(chain));
    const isRecorded = !chain.mac || equal(actMac(key, chain.mac, sealed(row)), row.mac);
    if (!isRecorded) problems.push(problem(row, "changed", number));
    const hasValue = (kind: (typeof VALUE_KINDS)[number]) =>
      equal(valueDigest(key, row, kind, row[kind]), row[`${kind}_digest`]);
    if (row.has_values && !VALUE_KINDS.every(hasValue)) problems.push(problem(row, "values_changed", number));
  } else {
    chain.otherKeySince ??= number;
  }
  chain.mac = row.mac;
  chain.next = number + 1;
  return problems;
}

const sealed = ({ at_micros, ...row }: StoredAct) => ({ ...row, at_micros: Number(at_micros) });

/** Reports the rows with another key up to the row before the next one, as one problem. */
function endOtherKey(chain: Chain): ChainProblem[] {
  if (chain.otherKeySince === null) return [];
  const found = problem(chain.last, "other_key", chain.otherKeySince, chain.next - 1);
  chain.otherKeySince = null;
  return [found];
}

/** Compares the end of a chain with its last row. Both were read at the same moment. */
function checkHead(keys: AuditKeys, { last, next, mac }: Chain): ChainProblem[] {
  const { account_id, head_number, head_mac, head_seal } = last;
  const lastNumber = next - 1;
  if (head_number === null || !head_mac || !head_seal) return [problem(last, "head_missing", lastNumber)];
  if (head_number > lastNumber) return [problem(last, "missing", next, head_number)];
  if (head_number < lastNumber) return [problem(last, "inserted", head_number + 1, lastNumber)];
  const isSealed = keys.all.some((key) =>
    headSeal(key, { account_id, number: head_number, mac: head_mac }).equals(head_seal),
  );
  // A seal has the key of the last row.
  const hasOurKey = keys.all.some(({ id }) => id === last.key_id);
  const isEnd = equal(head_mac, mac) && (isSealed || !hasOurKey);
  return isEnd ? [] : [problem(last, "head_differs", lastNumber)];
}
