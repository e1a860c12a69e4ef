import type { ContextValues } from "@connectrpc/connect";
import { responseHeadersKey } from "../caller.js";

/** A window, as response headers describe it. `resetAt` is in seconds since the epoch. */
interface WindowFigures {
  limit: number;
  remaining: number;
  resetAt: number;
}

/** The response headers that describe a window (contract.md, section 7). */
export function limitHeaders(window: WindowFigures): Record<string, string> {
  return {
    "x-ratelimit-limit": String(window.limit),
    "x-ratelimit-remaining": String(window.remaining),
    "x-ratelimit-reset": String(window.resetAt),
  };
}

/** Adds the headers that describe a window to the call's response, also if the call fails. Returns them. */
export function addLimitHeaders(values: ContextValues, window: WindowFigures): Record<string, string> {
  const figures = limitHeaders(window);
  values.set(responseHeadersKey, { ...values.get(responseHeadersKey), ...figures });
  return figures;
}
