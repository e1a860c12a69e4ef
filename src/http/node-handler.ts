import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import type { Caller } from "../caller.js";
import type { RequestError } from "./request-error.js";

/** An HTTP/1.1 or HTTP/2 request. */
export type NodeRequest = IncomingMessage | Http2ServerRequest;

/** An HTTP/1.1 or HTTP/2 response. */
export type NodeResponse = ServerResponse | Http2ServerResponse;

/** The path as sent, without the query. */
export function pathOf(request: NodeRequest): string {
  return (request.url ?? "").split("?", 1)[0] ?? "";
}

/** The query as sent, without the question mark; empty for a path without a query. */
export function queryOf(request: NodeRequest): string {
  const target = request.url ?? "";
  const query = target.indexOf("?");
  return query < 0 ? "" : target.slice(query + 1);
}

/** Handles one request, and its own failures. */
export type NodeHandler = (request: NodeRequest, response: NodeResponse) => void;

/** Handles every request that is passed to it. */
export interface RequestHandler {
  /** A rejection counts as an internal error: if the response has not started, it becomes a bare 500. */
  handle(request: NodeRequest, response: NodeResponse, caller: Caller): Promise<void>;
  /** Responds with an error, as this handler's clients expect it. */
  refuse(request: NodeRequest, response: NodeResponse, caller: Caller, error: RequestError): void;
}

/** Serves gRPC, gRPC-Web and Connect. */
export interface RpcHandler extends RequestHandler {
  /** Whether a request is for one of its services, or that of a gRPC, gRPC-Web or Connect client on an unknown path. */
  accepts(request: NodeRequest): boolean;
}
