import { Code, ConnectError } from "@connectrpc/connect";
import { DomainError, rateLimited } from "../errors.js";
import { sendResponse } from "../http/node-body.js";
import type { NodeRequest } from "../http/node-handler.js";
import { RequestError } from "../http/request-error.js";
import type { Endpoint } from "../http/resource.js";
import { localize } from "../messages/catalogue.js";
import { addressWindows, type LimitRules, serviceWindows } from "../rate-limits/keys.js";
import { limitHeaders } from "../rate-limits/limit-headers.js";
import type { Limiter } from "../rate-limits/limiter.js";
import {
  type AuthenticateClientDeps,
  authenticateClient,
  type ClientRefusal,
} from "../services/authenticate-client.js";
import type { Service } from "../services/service.js";
import { millisecondsSince } from "../system/clock.js";
import type { Logger } from "../system/logger.js";
import type { Metrics } from "../telemetry/metrics.js";
import { readClientProof } from "./client-proof.js";
import { type Form, readForm } from "./form.js";
import { invalidClient, OAuthError } from "./oauth-error.js";
import { oauthEvent } from "./oauth-event.js";

export interface OAuthHandlerDeps extends AuthenticateClientDeps {
  limiter: Limiter;
  limitRules: LimitRules;
  logger: Logger;
  metrics: Pick<Metrics, "oauthRequestEnded">;
}

/** What an endpoint returns to a client that has authenticated, as JSON. Throws an OAuthError. */
export type OAuthMethod = (client: Service, form: Form) => object | Promise<object>;

/** One request, and what is known of it. */
interface Exchange {
  request: NodeRequest;
  authorization: string | null;
  address: string;
  /** Who has authenticated. */
  client: Service | null;
  /** Why nobody has, and the service that the request named. */
  refused: { refusal: ClientRefusal; named: string | null } | null;
  /** The figures of the window that counts the request. */
  limitHeaders: Readonly<Record<string, string>>;
}

/**
 * Serves one of OAuth's endpoints (RFC 6749, section 3.2): authenticates the client, counts the request and calls `method`.
 * Requests of services count by service, like their calls; requests that fail count by address, and beyond that limit they
 * get 429 instead. Logs a line for each request.
 */
export function createOAuthEndpoint(deps: OAuthHandlerDeps, name: string, method: OAuthMethod): Endpoint {
  async function run(exchange: Exchange): Promise<object> {
    if (exchange.request.method !== "POST") {
      const headers = { allow: "POST" };
      throw new OAuthError("invalid_request", "The HTTP method must be POST.", { status: 405, headers });
    }
    const form = await readForm(exchange.request);
    const found = await authenticateClient(deps, readClientProof(exchange.authorization, form));
    const { client } = found;
    if (!client) {
      exchange.refused = found;
      throw invalidClient();
    }
    exchange.client = client;
    await count(deps, exchange, serviceWindows(deps.limitRules, client.name));
    return method(client, form);
  }

  return async (request, response, { address, authorization, requestId }) => {
    const start = performance.now();
    const exchange: Exchange = {
      request,
      authorization,
      address,
      client: null,
      refused: null,
      limitHeaders: {},
    };
    let content: object;
    let failure: OAuthError | null = null;
    try {
      content = await run(exchange);
    } catch (error) {
      failure = await toOAuthError(deps, exchange, error);
      content = { error: failure.code, error_description: failure.description };
    }
    const { status = 200, headers = {} } = failure ?? {};
    const body = Buffer.from(JSON.stringify(content));
    const header = new Headers({
      "content-type": "application/json",
      "content-length": String(body.byteLength),
      // In English only: see OAuthError.
      "content-language": "en",
      pragma: "no-cache",
      ...exchange.limitHeaders,
      ...headers,
    });
    sendResponse(request, response, { status, header, body });
    deps.metrics.oauthRequestEnded({ endpoint: name, error: failure?.code ?? null });
    const line = {
      event: oauthEvent(status, failure?.code),
      method: name,
      protocol: "oauth",
      status: failure?.code ?? "ok",
      ms: millisecondsSince(start),
      requestId,
      address,
      service: exchange.client?.name ?? exchange.refused?.named ?? undefined,
      refusal: exchange.refused?.refusal,
    };
    if (status >= 500) deps.logger.error({ ...line, err: failure?.cause }, "call");
    else deps.logger.info(line, "call");
  };
}

/** Counts a request in these windows, and throws RATE_LIMITED if one is full. */
async function count(
  { limiter }: OAuthHandlerDeps,
  exchange: Exchange,
  windows: ReturnType<typeof serviceWindows>,
): Promise<void> {
  const verdict = await limiter.consume(windows);
  exchange.limitHeaders = limitHeaders(verdict);
  if (!verdict.allowed) throw rateLimited(verdict.retryAfterSeconds, verdict);
}

/** Returns the error to send, once it is counted. */
async function toOAuthError(deps: OAuthHandlerDeps, exchange: Exchange, error: unknown): Promise<OAuthError> {
  const refusal = toRefusal(error);
  if (!refusal) return toFailure(error);
  try {
    await count(deps, exchange, addressWindows(deps.limitRules, "oauth", exchange.address));
    return refusal;
  } catch (limitError) {
    return toFailure(limitError);
  }
}

/** The error of a request that is wrong; null for one that fails for other reasons. */
function toRefusal(error: unknown): OAuthError | null {
  if (error instanceof OAuthError) return error;
  if (!(error instanceof RequestError)) return null;
  const { status, headers } = error;
  return new OAuthError("invalid_request", localize("en", error.localizedMessage), { status, headers });
}

/** The error of a request that fails through no fault of its own; of a client that has gone, too, which reads none. */
function toFailure(cause: unknown): OAuthError {
  if (cause instanceof DomainError && cause.retryAfterSeconds !== undefined) {
    const headers = { "retry-after": String(cause.retryAfterSeconds) };
    const status = cause.reason === "RATE_LIMITED" ? 429 : 503;
    const description = `Try again in ${cause.retryAfterSeconds} seconds.`;
    return new OAuthError("temporarily_unavailable", description, { status, headers, cause });
  }
  const isGone = cause instanceof ConnectError && cause.code === Code.Canceled;
  return new OAuthError("server_error", "The service failed.", { status: isGone ? 499 : 500, cause });
}
