import type { Database, Statement, Tx } from "../db/database.js";
import { REGISTRATION_TTL_SECONDS } from "../registrations/registration.js";
import { addSeconds } from "../system/clock.js";

/** The number of accounts in each state, and of registrations that wait for their activation. */
export interface AccountStatistics {
  /** The accounts in all three states; registrations are no accounts. */
  total: number;
  active: number;
  leaving: number;
  deactivated: number;
  pending: number;
}

export interface AccountStatisticsStore {
  /**
   * Always exact: adds up `account_counts` instead of counting accounts, and counts the registrations of the 24 hours
   * before `now`, whose index is as long as a day. One statement.
   */
  read(tx: Tx | null, now: Date): Promise<AccountStatistics>;
}

const read: Statement = {
  name: "accounts_statistics",
  text: `SELECT coalesce(sum(active), 0)::integer AS active, coalesce(sum(leaving), 0)::integer AS leaving,
           coalesce(sum(deactivated), 0)::integer AS deactivated,
           (coalesce(sum(unproved), 0) + (SELECT count(*) FROM registrations WHERE created_at > $1))::integer AS pending
         FROM account_counts`,
};

export function createAccountStatisticsStore(database: Database): AccountStatisticsStore {
  return {
    async read(tx, now) {
      const since = addSeconds(now, -REGISTRATION_TTL_SECONDS);
      const [row] = await database.run<Omit<AccountStatistics, "total">>(tx, read, [since]);
      const { active, leaving, deactivated, pending } = row!;
      return { total: active + leaving + deactivated, active, leaving, deactivated, pending };
    },
  };
}
