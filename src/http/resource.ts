import type { Caller } from "../caller.js";

/** A complete HTTP response. */
interface ResourceResponse {
  status: number;
  contentType: string;
  headers?: Readonly<Record<string, string>>;
  body: string;
}

/** What GET and HEAD return on one path. Reading it changes nothing. */
export type Resource = (caller: Caller) => Promise<ResourceResponse>;

/** Resources by their path, which is matched exactly. */
export type Resources = ReadonlyMap<string, Resource>;
