import type { Database } from "./db/database.js";
import type { PasswordHasher } from "./passwords/password-hash.js";
import type { Limiter } from "./rate-limits/limiter.js";
import type { SmsBudgetDeps } from "./sms/send-within-budget.js";
import { budgetUse } from "./sms/sms-budget.js";
import { withTimeout } from "./system/timeout.js";
import type { Gauges } from "./telemetry/metrics.js";

interface GaugesDeps extends Pick<SmsBudgetDeps, "smsCounts" | "smsBudget" | "clock"> {
  hasher: Pick<PasswordHasher, "running" | "waiting">;
  database: Pick<Database, "poolUsage">;
  limiter: Pick<Limiter, "isInMemory">;
}

/** How long (ms) the metrics wait for the database, so that they can be read while it doesn't respond. */
const BUDGET_TIMEOUT_MS = 500;

/** What the metrics read of the running service. The part of the SMS budget is absent while the database does not respond. */
export function createGauges(deps: GaugesDeps): Gauges {
  const { hasher, database, limiter, smsCounts, smsBudget, clock } = deps;
  return {
    hashes: () => ({ running: hasher.running, waiting: hasher.waiting }),
    connections: () => database.poolUsage(),
    limitsInMemory: () => limiter.isInMemory(),
    async smsBudgetUse() {
      const none = { country: null, address: null };
      const reading = smsCounts.usage(null, none, clock.now());
      const usage = await withTimeout(BUDGET_TIMEOUT_MS, reading).catch(() => null);
      return usage ? budgetUse(smsBudget.budgets.total, usage.total) : {};
    },
  };
}
