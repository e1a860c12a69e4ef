import type { RecordedAct } from "../../src/audit/read-history.js";
import { readHistory } from "../../src/audit/read-history.js";
import { verifyHistory } from "../../src/audit/verify-history.js";
import type { AppContext } from "../../src/context.js";

/** An act as it was recorded: who the administrator is that acted is looked up when it is read. */
type StoredAct = Omit<RecordedAct, "actorAccount">;

/** All acts on an account, oldest first. */
export async function historyOf(app: AppContext, accountId: number): Promise<StoredAct[]> {
  const acts: StoredAct[] = [];
  for await (const batch of readHistory(app, accountId)) {
    for (const { actorAccount: _, ...act } of batch) acts.push(act);
  }
  return acts;
}

/** The acts on an account without those of its registration, numbered from 1. */
export async function laterActsOf(app: AppContext, accountId: number): Promise<StoredAct[]> {
  const acts = (await historyOf(app, accountId)).filter(
    ({ action }) => !/^(registered|activated)$/.test(action),
  );
  return acts.map((act, index) => ({ ...act, number: index + 1 }));
}

/** What verifying the history of an account, or of all, finds: `changed 2-2`; and how much it read. */
export async function verified(app: AppContext, accountId: number | null = null) {
  const result = { accountCount: 0, actCount: 0, problems: [] as string[] };
  for await (const part of verifyHistory(app, accountId)) {
    result.accountCount += part.accountCount;
    result.actCount += part.actCount;
    result.problems.push(
      ...part.problems.map((found) => `${found.kind} ${found.number}-${found.lastNumber}`),
    );
  }
  return result;
}
