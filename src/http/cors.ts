import { cors as connectCors } from "@connectrpc/connect";
import { limitHeaders } from "../rate-limits/limit-headers.js";
import type { NodeRequest, NodeResponse } from "./node-handler.js";

/**
 * Lets web pages of other origins call this service: sets what they need to read the response. Returns true if the
 * request was a preflight, whose response is then complete.
 */
export type Cors = (request: NodeRequest, response: NodeResponse, path: string) => boolean;

interface CorsOptions {
  /** As browsers send them; compared letter by letter. */
  origins: readonly string[];
  /** Whether a path is not for web pages. */
  isExcluded(path: string): boolean;
}

/** How long (s) a browser may skip further preflights. Chromium keeps none for longer. */
const PREFLIGHT_MAX_AGE_SECONDS = 7200;

const ALLOWED_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE";

/** What pages may send. The library lists the headers of Connect and gRPC-Web, and Content-Type. */
const ALLOWED_HEADERS = [
  ...["Authorization", "Accept-Language", "X-Request-Id", "traceparent", "tracestate"],
  ...connectCors.allowedHeaders,
].join(", ");

/** What pages may read, besides the fields that browsers always show. The library lists those of Connect and gRPC-Web. */
const EXPOSED_HEADERS = [
  ...Object.keys(limitHeaders({ limit: 0, remaining: 0, resetAt: 0 })),
  ...["retry-after", "x-request-id", "content-language", "traceresponse", "www-authenticate"],
  "content-disposition",
  // Clients whose clock is wrong count from it until a code expires.
  "date",
  ...connectCors.exposedHeaders,
].join(", ");

/** The `Vary` of every response, and what makes a request a preflight. */
const PREFLIGHT_VARY =
  "Accept-Language, Origin, Access-Control-Request-Method, Access-Control-Request-Headers";

/**
 * Answers for the listed origins only (https://fetch.spec.whatwg.org/#http-cors-protocol). All other requests are handled
 * as if there were no CORS, so that browsers hide the response. Never allows credentials: the only cookies are the
 * console's, whose pages are the service's own.
 */
export function createCors({ origins, isExcluded }: CorsOptions): Cors {
  const allowed = new Set(origins);
  return (request, response, path) => {
    const { origin } = request.headers;
    if (origin === undefined || !allowed.has(origin) || isExcluded(path)) return false;
    response.setHeader("access-control-allow-origin", origin);
    if (request.method !== "OPTIONS" || !request.headers["access-control-request-method"]) {
      response.setHeader("access-control-expose-headers", EXPOSED_HEADERS);
      return false;
    }
    response.setHeader("access-control-allow-methods", ALLOWED_METHODS);
    response.setHeader("access-control-allow-headers", ALLOWED_HEADERS);
    response.setHeader("access-control-max-age", PREFLIGHT_MAX_AGE_SECONDS);
    response.setHeader("vary", PREFLIGHT_VARY);
    response.statusCode = 204;
    response.end();
    return true;
  };
}
