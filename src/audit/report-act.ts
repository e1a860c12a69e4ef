import type { Logger } from "../system/logger.js";
import type { Metrics } from "../telemetry/metrics.js";
import { type Act, contentOf } from "./act.js";

export interface ReportActDeps {
  logger: Logger;
  metrics: Pick<Metrics, "actCommitted">;
}

/**
 * Reports a committed act on an account to log and metrics. The line has the event `account.<action>`, and who acted on whom,
 * by their ids; it has no value that the account has or had.
 */
export function createActReport({ logger, metrics }: ReportActDeps): (act: Act) => void {
  return (act) => {
    const { accountId, action, actor } = act;
    const { sessionId, sessionCount } = contentOf(act);
    metrics.actCommitted({ action, actor: actor.kind, sessionCount: sessionCount ?? 0 });
    logger.info(
      {
        event: `account.${action}`,
        accountId,
        actor: actor.kind,
        actorId: actor.kind === "administrator" ? actor.id : undefined,
        sessionId: sessionId ?? undefined,
        sessionCount: sessionCount ?? undefined,
      },
      "act",
    );
  };
}
