import type { Config } from "../../config.js";
import { createSmsBudgetStore } from "../../sms/sms-budget-store.js";
import type { SmsGateway } from "../../sms/sms-gateway.js";
import type { Clock } from "../../system/clock.js";
import { type Check, type Finding, ok, problem, skipped, warning } from "./finding.js";
import { onTables, type SharedDatabase } from "./shared-database.js";

/** Share of the budget over all from which only owners and confirmations get messages. */
const ORDINARY_SHARE = 0.8;

const GATEWAY_VARIABLES = ["SMS_PROVIDER", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM_NUMBER"];

/** Checks that SMS can leave. `openGateway` opens the gateway that the configuration selects. */
export function smsChecks(
  config: Config,
  {
    shared,
    clock,
    openGateway,
  }: { shared: SharedDatabase; clock: Clock; openGateway: () => Promise<SmsGateway> },
): Check[] {
  return [
    { name: "sms_gateway", needs: GATEWAY_VARIABLES, run: () => checkGateway(config, openGateway) },
    {
      name: "sms_budget",
      needs: ["SMS_BUDGET", "SMS_PAUSED"],
      run: () => checkBudget(config, shared, clock),
    },
  ];
}

async function checkGateway(
  { sms, environment }: Config,
  openGateway: () => Promise<SmsGateway>,
): Promise<Finding> {
  if (sms.provider === "console") {
    if (environment !== "production") return ok("the console prints messages instead of sending them");
    return warning("the console prints codes instead of sending them", "set SMS_PROVIDER=twilio");
  }
  if (!sms.accountSid || !sms.authToken) return skipped("the TWILIO_ variables are incomplete");
  const gateway = await openGateway();
  if (await gateway.isAvailable()) return ok("Twilio responds, and the account is active");
  return problem(
    "Twilio can't be reached, or refuses the account",
    "the log line on standard error has Twilio's code; check the TWILIO_ variables and the network",
  );
}

async function checkBudget({ smsBudget }: Config, shared: SharedDatabase, clock: Clock): Promise<Finding> {
  const { isPaused, budgets } = smsBudget;
  if (isPaused) return warning("no message leaves", "set SMS_PAUSED=false when messages may leave again");
  return onTables(shared, async (database) => {
    const scopes = { country: null, address: null };
    const { total } = await createSmsBudgetStore(database).usage(null, scopes, clock.now());
    const periods = (["hour", "day"] as const).map((period) => {
      const limit = budgets.total[period];
      return {
        text: `${total[period]}/${limit ?? "-"} per ${period}`,
        share: limit ? total[period] / limit : 0,
      };
    });
    const figures = `messages over all: ${periods.map(({ text }) => text).join(", ")}`;
    const share = Math.max(...periods.map((period) => period.share));
    if (share >= 1)
      return problem(`the budget is used up, ${figures}`, "see `sms budget`, and raise SMS_BUDGET");
    if (share >= ORDINARY_SHARE) {
      return warning(`what is left is for owners, ${figures}`, "see `sms budget`, and raise SMS_BUDGET");
    }
    return ok(figures);
  });
}
