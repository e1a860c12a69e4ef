import { SECURITY_EVENTS, type SecurityEvent } from "../telemetry/security-events.js";
import type { OAuthErrorCode } from "./oauth-error.js";

/** The event that the log line of a request has; undefined for most. */
export function oauthEvent(status: number, code: OAuthErrorCode | undefined): SecurityEvent | undefined {
  if (status === 429) return SECURITY_EVENTS.LIMIT_REACHED;
  if (code === "invalid_client") return SECURITY_EVENTS.SERVICE_REFUSED;
  return code === "insufficient_scope" ? SECURITY_EVENTS.ACCESS_DENIED : undefined;
}
