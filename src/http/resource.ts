import type { IncomingHttpHeaders } from "node:http";
import type { Caller } from "../caller.js";
import type { RequestHandler } from "./node-handler.js";

/** A complete HTTP response. */
export interface ResourceResponse {
  status: number;
  contentType: string;
  headers?: Readonly<Record<string, string>>;
  body: string | Buffer;
}

/** What GET and HEAD return on one path. Reading it changes nothing. */
export type Resource = (
  caller: Caller,
  headers: IncomingHttpHeaders,
  query: URLSearchParams,
) => Promise<ResourceResponse>;

/** Handles every request for one path, whatever its HTTP method. */
export type Endpoint = RequestHandler["handle"];

/** Endpoints by their path, which is matched exactly. */
export type Endpoints = ReadonlyMap<string, Endpoint>;

/** Resources by their path, which is matched exactly. */
export type Resources = ReadonlyMap<string, Resource>;
