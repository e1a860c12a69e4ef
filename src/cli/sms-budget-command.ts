import type { Command } from "commander";
import type { SmsBudgetRules } from "../config-rates.js";
import type { BudgetName } from "../sms/sms-budget.js";
import type { ScopeUsage } from "../sms/sms-budget-store.js";
import type { Runner } from "./runner.js";

/** Countries and addresses that are printed besides the total. */
const MAX_SCOPES = 20;

const EXPLANATION = `
The columns are messages used and allowed in an hour and in 24 hours (SMS_BUDGET). Messages to numbers without an account
count in all three budgets, others only in the total. The last fifth of each is for owners (signed in, or at
an address that their account knows) and confirmations. SMS_PAUSED=true stops all messages. A refused message is
SMS_UNAVAILABLE for its caller.
`;

/** Adds `budget` to the commands on SMS. */
export function addSmsBudgetCommand(sms: Command, run: Runner): void {
  sms
    .command("budget")
    .description(
      "print what is used of the SMS budget, with the busiest countries and addresses, and explain it",
    )
    .action(() =>
      run.withContext(async ({ smsCounts, smsBudget, clock }) => {
        const busiest = await smsCounts.busiest(null, clock.now(), MAX_SCOPES);
        const scopes = busiest.some(({ scope }) => scope === "total")
          ? busiest
          : [{ scope: "total", hour: 0, day: 0 }, ...busiest];
        await run.print([run.isJson ? json(smsBudget, scopes) : table(smsBudget, scopes)]);
      }),
    );
}

/** The budget that a scope counts for, and which country or address it is; null: the total. */
function partsOf(scope: string): { budget: BudgetName; of: string | null } {
  const [budget = "", ...rest] = scope.split(":");
  const of = rest.join(":");
  if (budget === "country") return { budget, of: `+${of}` };
  return budget === "address" ? { budget, of } : { budget: "total", of: null };
}

function table({ isPaused, countries, budgets }: SmsBudgetRules, scopes: readonly ScopeUsage[]): string {
  const lines = scopes.map(({ scope, hour, day }) => {
    const { budget, of } = partsOf(scope);
    const used = (count: number, limit: number | null) => `${count}/${limit ?? "-"}`;
    const limits = budgets[budget];
    return [budget, of ?? "-", used(hour, limits.hour), used(day, limits.day)].join("\t");
  });
  return [
    isPaused ? "paused\tSMS_PAUSED=true: no message leaves" : "running",
    `countries\t${countries ? countries.map((code) => `+${code}`).join(",") : "those on the whitelist"}`,
    ...lines,
    EXPLANATION,
  ].join("\n");
}

function json({ isPaused, countries, budgets }: SmsBudgetRules, scopes: readonly ScopeUsage[]): string {
  const value = {
    is_paused: isPaused,
    countries: countries?.map((code) => `+${code}`) ?? null,
    budgets: scopes.map(({ scope, hour, day }) => {
      const { budget, of } = partsOf(scope);
      const limits = budgets[budget];
      return {
        budget,
        of,
        hour: { used: hour, limit: limits.hour },
        day: { used: day, limit: limits.day },
      };
    }),
  };
  return `${JSON.stringify(value)}\n`;
}
