import * as z from "zod";

// The formats of environment variables with rates. A message says everything that its format demands, and never a value.

/** At most `limit` calls in any `seconds` seconds. */
export interface Rate {
  limit: number;
  seconds: number;
}

const SECONDS_PER_UNIT = { second: 1, minute: 60, hour: 3600, day: 86_400 } as const;

/** The period of a rate for people: `a minute`, `an hour`. */
export function perPeriod({ seconds }: Rate): string {
  const [unit] = Object.entries(SECONDS_PER_UNIT).find(([, each]) => each === seconds) ?? [
    `${seconds} seconds`,
  ];
  return unit === "hour" ? "an hour" : `a ${unit}`;
}

function parseRate(text: string): Rate | null {
  const match = /^\s*([1-9]\d{0,8})\/(second|minute|hour|day)\s*$/.exec(text);
  if (!match) return null;
  return { limit: Number(match[1]), seconds: SECONDS_PER_UNIT[match[2] as keyof typeof SECONDS_PER_UNIT] };
}

/** `15/minute`, or several rates with different periods, separated by commas: `1/minute,5/day`. */
export const rates = z
  .string()
  .transform((text, context): readonly Rate[] => {
    const parsed = text.split(",").map(parseRate);
    const valid = parsed.filter((rate) => rate !== null);
    if (valid.length === parsed.length) return valid;
    context.addIssue({
      code: "custom",
      message:
        "must look like 15/minute or 1/minute,5/day: whole numbers above 0, per second, minute, hour or day",
    });
    return z.NEVER;
  })
  .refine(
    (parsed) => new Set(parsed.map(({ seconds }) => seconds)).size === parsed.length,
    "must contain each period once",
  );

/** Messages that may leave in any hour and in any 24 hours; null: no limit. */
interface MessageBudget {
  hour: number | null;
  day: number | null;
}

/** The budgets of SMS, by what they count by. */
export type SmsBudgets = Readonly<Record<(typeof BUDGET_NAMES)[number], MessageBudget>>;

/** Which SMS may leave. */
export interface SmsBudgetRules {
  isPaused: boolean;
  /** The calling codes that may be sent to, without `+`; null: those on the whitelist. */
  countries: readonly string[] | null;
  budgets: SmsBudgets;
}

const BUDGET_NAMES = ["total", "country", "address"] as const;

function parseBudget(text: string): MessageBudget | null {
  const parsed = text.split(",").map(parseRate);
  const limitOf = (period: number) => parsed.find((rate) => rate?.seconds === period)?.limit ?? null;
  const [hour, day] = [limitOf(SECONDS_PER_UNIT.hour), limitOf(SECONDS_PER_UNIT.day)];
  return parsed.length === [hour, day].filter((limit) => limit !== null).length ? { hour, day } : null;
}

/** `total=1000/hour,10000/day;country=…;address=…`: all three, each with one or both periods. */
export const smsBudgets = z.string().transform((text, context): SmsBudgets => {
  const entries = text.split(";").map((entry) => entry.split("="));
  const budgetOf = (name: string) =>
    parseBudget(entries.find(([key = ""]) => key.trim() === name)?.[1] ?? "");
  const [total, country, address] = BUDGET_NAMES.map(budgetOf);
  if (entries.length === BUDGET_NAMES.length && total && country && address)
    return { total, country, address };
  context.addIssue({
    code: "custom",
    message: "must look like total=1000/hour,10000/day;country=800/hour;address=60/hour,300/day",
  });
  return z.NEVER;
});
