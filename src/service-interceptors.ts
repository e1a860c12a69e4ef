import type { Interceptor } from "@connectrpc/connect";
import { Format } from "#gen/waterbill/options/v1/format_pb.js";
import type { Config } from "./config.js";
import type { AppContext } from "./context.js";
import { limitCalls } from "./rate-limits/limit-calls.js";
import { limitUnauthenticated } from "./rate-limits/limit-unauthenticated.js";
import type { Limiter } from "./rate-limits/limiter.js";
import { createInterceptors, type InterceptorDeps } from "./rpc/interceptors/chain.js";
import { parsePhone, phoneKey } from "./users/phone-number.js";
import { parseLinkToken } from "./verification/link-token.js";

interface CallLimitsDeps {
  context: Pick<AppContext, "refreshTokens">;
  limiter: Limiter;
}

interface ServiceInterceptorDeps
  extends CallLimitsDeps,
    Pick<InterceptorDeps, "logger" | "metrics" | "services" | "rules" | "tracing"> {
  context: Pick<AppContext, "verifyAccessToken" | "verifyServiceToken" | "refreshTokens">;
}

/** Creates the interceptors of the methods of `services`, with the configured limits and rules for phone numbers. */
export function createServiceInterceptors(config: Config, deps: ServiceInterceptorDeps): Interceptor[] {
  const { context, limiter, logger, metrics, services, rules, tracing } = deps;
  return createInterceptors({
    logger,
    metrics,
    tracing,
    phoneKey: (text) => phoneKey(config.phones, text),
    ...(rules && { rules }),
    verifyAccessToken: context.verifyAccessToken,
    verifyServiceToken: context.verifyServiceToken,
    demandsSecondFactor: config.demandsSecondFactor,
    limitUnauthenticated: limitUnauthenticated({ limiter, rules: config }),
    limitCalls: createCallLimits(config, deps),
    services,
    formats: {
      [Format.PHONE]: (text, field) => parsePhone(config.phones, text, field),
      [Format.LINK_TOKEN]: parseLinkToken,
    },
  });
}

/** Creates the interceptor that enforces the configured limits. */
export function createCallLimits(config: Config, { context, limiter }: CallLimitsDeps): Interceptor {
  return limitCalls({
    limiter,
    rules: config,
    phoneKey: (text) => phoneKey(config.phones, text),
    sessionOf: (refresh) => context.refreshTokens.read(refresh)?.sessionId ?? null,
  });
}
