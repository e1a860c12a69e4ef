import type { AuditKeys } from "./audit-keys.js";
import { type ChainProblem, createChainChecker } from "./check-chain.js";
import type { HeadState, HistoryStore, StoredAct } from "./history-store.js";

export interface VerifyHistoryDeps {
  history: HistoryStore;
  auditKeys: AuditKeys;
}

/** What a part of the history has shown. */
export interface VerifiedPart {
  accountCount: number;
  actCount: number;
  problems: ChainProblem[];
}

/** Rows that are read at once: what verifying holds in memory. */
const BATCH_ROWS = 1000;
const [MIN_INTEGER, MAX_INTEGER] = [-(2 ** 31), 2 ** 31 - 1];

/**
 * Verifies the history of an account, or of all (null), and yields what it finds, by account and number; then the
 * chains that have lost all rows. Acts may be recorded meanwhile. A chain that is gone as a whole can't be found.
 */
export async function* verifyHistory(
  deps: VerifyHistoryDeps,
  accountId: number | null,
): AsyncGenerator<VerifiedPart> {
  const isOne = accountId !== null;
  const range = isOne
    ? { afterAccountId: accountId - 1, lastAccountId: accountId }
    : { afterAccountId: MIN_INTEGER, lastAccountId: MAX_INTEGER };
  yield* verifyActs(deps, range);
  yield* findLostActs(deps, range);
}

interface AccountRange {
  afterAccountId: number;
  lastAccountId: number;
}

/** Yields rows until a batch isn't full. `read` returns the rows after the last row of the batch before. */
async function* batches<Row>(read: (last: Row | undefined) => Promise<Row[]>): AsyncGenerator<Row[]> {
  let rows: Row[] = [];
  do {
    rows = await read(rows.at(-1));
    yield rows;
  } while (rows.length === BATCH_ROWS);
}

async function* verifyActs(
  { history, auditKeys }: VerifyHistoryDeps,
  { afterAccountId, lastAccountId }: AccountRange,
): AsyncGenerator<VerifiedPart> {
  const checker = createChainChecker(auditKeys);
  const start = { account_id: afterAccountId, number: MAX_INTEGER };
  let account: number | null = null;
  for await (const rows of batches<StoredAct>((last) =>
    history.stored(null, { after: last ?? start, lastAccountId, limit: BATCH_ROWS }),
  )) {
    const part: VerifiedPart = { accountCount: 0, actCount: rows.length, problems: [] };
    for (const row of rows) {
      if (row.account_id !== account) part.accountCount += 1;
      account = row.account_id;
      part.problems.push(...checker.check(row));
    }
    yield part;
  }
  yield { accountCount: 0, actCount: 0, problems: checker.end() };
}

async function* findLostActs(
  { history }: VerifyHistoryDeps,
  { afterAccountId, lastAccountId }: AccountRange,
): AsyncGenerator<VerifiedPart> {
  for await (const heads of batches<HeadState>((last) =>
    history.heads(null, {
      afterAccountId: last?.account_id ?? afterAccountId,
      lastAccountId,
      limit: BATCH_ROWS,
    }),
  )) {
    const lost = heads.filter(({ has_acts }) => !has_acts);
    const problems = lost.map(({ account_id, number }): ChainProblem => {
      return { accountId: account_id, number: 1, lastNumber: number, kind: "missing" };
    });
    yield { accountCount: lost.length, actCount: 0, problems };
  }
}
