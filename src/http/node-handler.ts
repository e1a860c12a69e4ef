import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import type { Caller } from "../caller.js";

/** A request of either protocol. */
export type NodeRequest = IncomingMessage | Http2ServerRequest;

/** A response of either protocol. */
export type NodeResponse = ServerResponse | Http2ServerResponse;

/** The path as it was sent, without its query. */
export function pathOf(request: NodeRequest): string {
  return (request.url ?? "").split("?", 1)[0] ?? "";
}

/** Answers one request, and takes care of its own failures. */
export type NodeHandler = (request: NodeRequest, response: NodeResponse) => void;

/** Answers every request that it is given. */
export interface RequestHandler {
  /** A rejection counts as an internal error: the response, if it is still unanswered, gets a bare 500. */
  handle(request: NodeRequest, response: NodeResponse, caller: Caller): Promise<void>;
}

/** Answers gRPC, gRPC-Web and Connect. */
export interface RpcHandler extends RequestHandler {
  /** Whether `path`, which comes without its query, lies below one of its services. */
  serves(path: string): boolean;
}
