import { status } from "@grpc/grpc-js";
import { StatusError } from "./status-error.js";

export interface ServiceTokensConfig {
  /** Where the identity service is. */
  url: string;
  clientId: string;
  clientSecret: string;
}

/** This service's own access tokens (RFC 6749, section 4.4). */
export interface ServiceTokens {
  /**
   * Resolves with a valid token. Calls at the same time share one request. Rejects with UNAVAILABLE if the identity service
   * can't be reached, and with INTERNAL if it refuses this service.
   */
  get(): Promise<string>;
  /** Forgets a token that was refused, so that the next one is another. */
  forget(token: string): void;
}

interface IssuedToken {
  access_token: string;
  /** Lifetime (s). */
  expires_in: number;
}

/** The part of its lifetime in which a token is used. The rest leaves time for calls under way. */
const USED_PART = 0.9;
const TIMEOUT_MS = 5_000;

/** `now` is a clock (ms). */
export function createServiceTokens(
  config: ServiceTokensConfig,
  now: () => number = () => performance.now(),
): ServiceTokens {
  let current: { token: string; renewAt: number } | null = null;
  let pending: Promise<string> | null = null;

  async function renew(): Promise<string> {
    const start = now();
    const { access_token: token, expires_in } = await requestToken(config);
    current = { token, renewAt: start + expires_in * 1000 * USED_PART };
    return token;
  }

  return {
    async get() {
      if (current && now() < current.renewAt) return current.token;
      pending ??= renew().finally(() => {
        pending = null;
      });
      return pending;
    },

    forget(token) {
      if (current?.token === token) current = null;
    },
  };
}

async function requestToken(config: ServiceTokensConfig): Promise<IssuedToken> {
  try {
    const response = await fetch(`${config.url}/oauth2/token`, {
      method: "POST",
      headers: { authorization: basicAuthorization(config) },
      body: new URLSearchParams({ grant_type: "client_credentials" }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const body = await response.text();
    if (!response.ok) throw refusal(response.status, body);
    return JSON.parse(body) as IssuedToken;
  } catch (cause) {
    if (cause instanceof StatusError) throw cause;
    throw new StatusError(status.UNAVAILABLE, "The identity service can't be reached.", { cause });
  }
}

/** A wrong secret, or a service that was disabled, is for operators: nothing is wrong with the caller's token. */
function refusal(httpStatus: number, body: string): StatusError {
  const cause = new Error(`POST /oauth2/token responds ${httpStatus}: ${body}`);
  if (httpStatus === 429 || httpStatus >= 500) {
    return new StatusError(status.UNAVAILABLE, "The identity service issues no token now.", { cause });
  }
  return new StatusError(status.INTERNAL, "The identity service refuses this service.", { cause });
}

/** client_secret_basic: both parts are encoded as in a form (RFC 6749, section 2.3.1). */
function basicAuthorization({ clientId, clientSecret }: ServiceTokensConfig): string {
  const encode = (text: string) => new URLSearchParams({ "": text }).toString().slice(1);
  return `Basic ${Buffer.from(`${encode(clientId)}:${encode(clientSecret)}`).toString("base64")}`;
}
