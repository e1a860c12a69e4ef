import type { RequestSpan, SpanAttributes, Tracing } from "../telemetry/tracing.js";
import { type TrustsProxy, unmapped } from "./client-address.js";
import { type NodeHandler, type NodeRequest, type NodeResponse, pathOf } from "./node-handler.js";

interface Deps {
  tracing: Tracing;
  trustsProxy: TrustsProxy;
  /** Whether a path is that of a resource or endpoint, and has no variable part. */
  isResource(path: string): boolean;
}

/** What load balancers and orchestrators ask for every few seconds, and what tools ask once. */
const UNTRACED = /^\/(healthz|readyz|ping\/?|grpc\.(health|reflection)\..*)$/;

const HTTP_METHODS: ReadonlySet<string> = new Set([
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
]);

/**
 * Records a span for each request but probes and reflection, from its header until its response is sent, and names it in `traceresponse`.
 * Paths may hold phone numbers, so only those of resources and endpoints are part of it.
 */
export function traceRequests({ tracing, trustsProxy, isResource }: Deps, handler: NodeHandler): NodeHandler {
  return (request, response) => {
    const path = pathOf(request);
    if (UNTRACED.test(path)) return handler(request, response);
    const route = isResource(path) ? path : "";
    const span = tracing.startRequest(
      {
        traceparent: headerOf(request, "traceparent"),
        tracestate: headerOf(request, "tracestate"),
        isTrusted: trustsProxy(unmapped(request.socket.remoteAddress ?? "")),
      },
      ...describe(request, route),
    );
    if (!span) return handler(request, response);
    response.setHeader("traceresponse", span.traceResponse);
    // After the end of the response, also of one that is cut off.
    response.once("close", () => {
      setOutcome(span, response, route !== "");
      span.end();
    });
    span.run(() => handler(request, response));
  };
}

/** The name and the attributes of a request's span, before more is known. */
function describe(request: NodeRequest, route: string): [string, SpanAttributes] {
  const { method = "", httpVersion } = request;
  const isKnown = HTTP_METHODS.has(method);
  return [
    `${isKnown ? method : "HTTP"} ${route}`.trim(),
    {
      "http.request.method": isKnown ? method : "_OTHER",
      "network.protocol.version": httpVersion === "2.0" ? "2" : httpVersion,
      ...(route && { "http.route": route }),
    },
  ];
}

function headerOf(request: NodeRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(",") : value;
}

/** Calls have set why they failed; resources and endpoints have no more than a status. */
function setOutcome(span: RequestSpan, { headersSent, statusCode }: NodeResponse, isResource: boolean): void {
  if (!headersSent) return;
  span.set({ "http.response.status_code": statusCode });
  if (statusCode < 500) return;
  span.fail();
  if (isResource) span.set({ "error.type": String(statusCode) });
}
