import type { Role } from "../audit/act.js";
import type { RecentChange, RecentChanges } from "../audit/recent-changes.js";
import type { SmsBudgetRules } from "../config-rates.js";
import type { SmsBudgetStore, SmsFigures } from "../sms/sms-budget-store.js";
import type { Clock } from "../system/clock.js";
import type { WhitelistOverview } from "./account-message.js";
import { roleOf } from "./set-rights.js";
import type { AccountStatistics, AccountStatisticsStore } from "./statistics-store.js";
import { type AccountReader, readsSuperusers } from "./view-account.js";

export interface GetOverviewDeps {
  accountStatistics: AccountStatisticsStore;
  recentChanges: RecentChanges;
  smsCounts: Pick<SmsBudgetStore, "lastHour">;
  smsBudget: Pick<SmsBudgetRules, "isPaused">;
  clock: Clock;
  /** Reads the whitelist's overview, with at most `limit` changes. */
  readWhitelistOverview(limit: number): Promise<WhitelistOverview>;
  /** Whether each process counts the rate limits on its own, as far as this one knows. */
  areLimitsInMemory(): boolean;
}

/** What an administrator looks at first. */
export interface Overview {
  /** The reader's own role. */
  role: Role;
  accountStatistics: AccountStatistics;
  /** The latest changes that administrators and the command line made to accounts, latest first. */
  accountChanges: readonly RecentChange[];
  whitelist: WhitelistOverview;
  isSmsPaused: boolean;
  sms: SmsFigures;
  areLimitsInMemory: boolean;
}

/** How many changes each of the two lists has at most. */
const MAX_CHANGES = 20;

/**
 * Returns the overview. Readers who are not superusers don't see changes to the accounts of superusers. Nobody's account is
 * read, so nothing is recorded. The statements run at the same time, and each shows its own moment.
 */
export async function getOverview(
  deps: GetOverviewDeps,
  { reader }: { reader: AccountReader },
): Promise<Overview> {
  const now = deps.clock.now();
  const ofSuperusers = readsSuperusers(reader);
  const [accountStatistics, accountChanges, whitelist, sms] = await Promise.all([
    deps.accountStatistics.read(null, now),
    deps.recentChanges.latest(null, { ofSuperusers, limit: MAX_CHANGES }),
    deps.readWhitelistOverview(MAX_CHANGES),
    deps.smsCounts.lastHour(null, now),
  ]);
  return {
    role: roleOf(reader.user),
    ...{ accountStatistics, accountChanges, whitelist, sms },
    isSmsPaused: deps.smsBudget.isPaused,
    areLimitsInMemory: deps.areLimitsInMemory(),
  };
}
