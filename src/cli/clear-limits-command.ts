import type { Command } from "commander";
import { clearLimits } from "../accounts/clear-limits.js";
import { COMMAND_LINE } from "../audit/act.js";
import { createLimiter } from "../rate-limits/limiter.js";
import { UsageError } from "../startup-error.js";
import { parsePhone } from "../users/phone-number.js";
import { parseReason } from "./reason-option.js";
import type { Runner } from "./runner.js";

/** What the command says when it could not clear the rate limits that count the number. */
const RATE_LIMITS_STAY = {
  withoutRedis: `The rate limits that count it stay, because REDIS_URL is not set. A server without Redis keeps them in its memory, for a
day at most: restart it, or call ClearLimits on it.
`,
  redisFailed: `The rate limits that count it stay, because Redis can't be reached. Run the command again when it can.
`,
};

/**
 * Adds `clear-limits` to the commands on accounts. The number needs no account. Rate limits are cleared in Redis only: a
 * command can't reach the memory of a server.
 */
export function addClearLimitsCommand(user: Command, run: Runner): void {
  user
    .command("clear-limits <phone>")
    .description(
      "start the sending quotas and rate limits of a number, the attempts at its activation codes, its wrong passwords and the phone changes of its account anew",
    )
    .requiredOption("--reason <text>", "why, for the history of the number's account", parseReason)
    .action((phone: string, { reason }: { reason: string }) =>
      run.withAudit(async (context, { config, logger }) => {
        const { codeKey } = context;
        if (!codeKey) throw new UsageError("CODE_SECRET is not set: wrong passwords are counted under it.");
        const { redisUrl, redisPrefix } = config;
        const limiter = createLimiter({ ...context, logger, redisUrl, redisPrefix });
        const deps = { ...context, codeKey, clearRateLimits: limiter.clear };
        const input = { phone, reason, actor: COMMAND_LINE };
        const clearsRateLimits = await clearLimits(deps, input).finally(limiter.close);
        const cleared = parsePhone(context.phoneRules, phone);
        const json = { phone: cleared, rate_limits_cleared: clearsRateLimits };
        const note = redisUrl ? RATE_LIMITS_STAY.redisFailed : RATE_LIMITS_STAY.withoutRedis;
        const text = `${cleared} limits cleared\n${clearsRateLimits ? "" : note}`;
        await run.print([run.isJson ? `${JSON.stringify(json)}\n` : text]);
      }),
    );
}
