import type { JsonObject } from "@bufbuild/protobuf";
import type { Components } from "./components.js";

const integer = { type: "integer", minimum: 0 };
const text = { type: "string" };

const HEADERS = {
  "X-Request-Id": {
    description: "Names the request in the service's log: the request's own `X-Request-Id`, or a new one.",
    schema: text,
    example: "0d9f6f7e-6d0d-4b2f-9a51-6c6b7d6a8f10",
  },
  "Content-Language": {
    description: "The language of the messages.",
    schema: { type: "string", enum: ["fr", "en"] },
    example: "fr",
  },
  "X-RateLimit-Limit": {
    description: "The calls that the tightest window of this call allows.",
    schema: integer,
    example: 15,
  },
  "X-RateLimit-Remaining": {
    description: "The calls that it still has room for.",
    schema: integer,
    example: 14,
  },
  "X-RateLimit-Reset": {
    description: "When it has room for one call more, in seconds since the epoch.",
    schema: integer,
    example: 1_793_700_000,
  },
  "Retry-After": { description: "Seconds until a retry makes sense.", schema: integer, example: 42 },
  "WWW-Authenticate": { description: "How to authenticate (RFC 6750).", schema: text, example: "Bearer" },
  "Content-Disposition": {
    description: "The name of the file.",
    schema: text,
    example: 'attachment; filename="whitelist.csv"',
  },
};

type HeaderName = keyof typeof HEADERS;

const EVERY_RESPONSE: readonly HeaderName[] = ["X-Request-Id", "Content-Language"];

/** The headers of a call that was counted, whether it succeeded or failed. */
export const COUNTED: readonly HeaderName[] = [
  "X-RateLimit-Limit",
  "X-RateLimit-Remaining",
  "X-RateLimit-Reset",
];

/** References to the headers that every response has, and to these. */
export function headersOf({ refer }: Components, names: readonly HeaderName[]): JsonObject {
  return Object.fromEntries(
    [...EVERY_RESPONSE, ...names].map((name) => [name, refer("headers", name, () => HEADERS[name])]),
  );
}
