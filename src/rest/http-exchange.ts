import type { ConnectError } from "@connectrpc/connect";
import type { Caller } from "../caller.js";
import { DomainError } from "../errors.js";
import { sendResponse } from "../http/node-body.js";
import type { NodeRequest, NodeResponse } from "../http/node-handler.js";
import { errorBody, errorLanguage, errorStatus, type Route } from "./envelope.js";

/** One request, its caller and its response. */
export interface HttpExchange {
  request: NodeRequest;
  response: NodeResponse;
  caller: Caller;
}

/** Sends an error in the envelope, with the headers from its metadata. */
export function sendError(exchange: HttpExchange, error: ConnectError, header: Headers, route?: Route): void {
  error.metadata.forEach((value, name) => {
    header.set(name, value);
  });
  // Any other cause is a server error, or the client has disconnected and reads no response.
  const cause = error.cause instanceof DomainError ? error.cause : new DomainError("INTERNAL");
  const language = errorLanguage(cause, exchange.caller);
  header.set("content-language", language);
  sendJson(exchange, errorStatus(cause), header, JSON.stringify(errorBody(cause, language, route)));
}

/** Has browsers save the response under this name. */
export function setFileName(header: Headers, fileName: string): void {
  header.set("content-disposition", `attachment; filename="${fileName}"`);
}

export function sendJson(
  { request, response }: HttpExchange,
  status: number,
  header: Headers,
  json: string,
): void {
  const body = Buffer.from(json);
  header.set("content-type", "application/json; charset=utf-8");
  header.set("content-length", String(body.byteLength));
  sendResponse(request, response, {
    status,
    header,
    body: request.method === "HEAD" ? Buffer.alloc(0) : body,
  });
}
