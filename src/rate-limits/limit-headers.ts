/** The response headers that describe a window (contract.md, section 7). `resetAt` is in seconds since the epoch. */
export function limitHeaders(window: {
  limit: number;
  remaining: number;
  resetAt: number;
}): Record<string, string> {
  return {
    "x-ratelimit-limit": String(window.limit),
    "x-ratelimit-remaining": String(window.remaining),
    "x-ratelimit-reset": String(window.resetAt),
  };
}
