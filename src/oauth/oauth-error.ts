import { LoggableError } from "../system/loggable-error.js";

/** The errors of OAuth's endpoints (RFC 6749, section 5.2; RFC 6750, section 3.1), and those that it has no code for. */
export type OAuthErrorCode =
  | "invalid_request"
  | "invalid_client"
  | "invalid_scope"
  | "unsupported_grant_type"
  | "insufficient_scope"
  | "temporarily_unavailable"
  | "server_error";

interface OAuthErrorOptions {
  /** 400 by default. */
  status?: number;
  headers?: Readonly<Record<string, string>>;
  /** For the log, never for the caller. */
  cause?: unknown;
}

/**
 * A refused request to OAuth's endpoints. The description is for the developer of the client, in ASCII and without quotes
 * and backslashes, as RFC 6749 demands: so it isn't localized.
 */
export class OAuthError extends LoggableError {
  readonly code: OAuthErrorCode;
  readonly description: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: OAuthErrorCode, description: string, options: OAuthErrorOptions = {}) {
    super(code, { cause: options.cause });
    this.code = code;
    this.description = description;
    this.status = options.status ?? 400;
    this.headers = options.headers ?? {};
  }
}

/** The client doesn't prove who it is, is unknown or disabled; which of these is not said. */
export function invalidClient(description = "Client authentication failed."): OAuthError {
  return new OAuthError("invalid_client", description, {
    status: 401,
    // HTTP demands a challenge with the status (RFC 9110, section 15.5.2).
    headers: { "www-authenticate": 'Basic realm="waterbill", charset="UTF-8"' },
  });
}
