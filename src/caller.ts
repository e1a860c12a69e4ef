import { type ContextKey, type ContextValues, createContextKey } from "@connectrpc/connect";
import { DomainError } from "./errors.js";
import type { Language } from "./messages/catalogue.js";
import type { User } from "./users/user.js";

/** The protocols a call can come through. */
export type ProtocolName = "grpc" | "grpc-web" | "connect" | "rest";

/** Who is calling, as far as the connection and the headers tell. */
export interface Caller {
  /** The client's IP address: the socket's, or what trusted proxies vouch for. */
  address: string;
  /** Names this call in the log; the answer carries it as `X-Request-Id`. */
  requestId: string;
  /** The language of the messages in the answer. */
  language: Language;
  /** False when `language` is only the default. */
  isLanguageRequested: boolean;
}

/** Whose access token came with the call, checked against the database in this very call. */
export interface Principal {
  sessionId: string;
  user: User;
}

export const callerKey: ContextKey<Caller> = createContextKey<Caller>(
  { address: "", requestId: "", language: "fr", isLanguageRequested: false },
  { description: "caller" },
);

export const principalKey: ContextKey<Principal | null> = createContextKey<Principal | null>(null, {
  description: "principal",
});

/**
 * The signed-in caller of a method that is not declared ACCESS_PUBLIC.
 * Throws UNAUTHENTICATED when there is none, which the authenticate interceptor never lets happen.
 */
export function requirePrincipal(context: { values: ContextValues }): Principal {
  const principal = context.values.get(principalKey);
  if (!principal) throw new DomainError("UNAUTHENTICATED");
  return principal;
}

/**
 * Headers that the answer to this call carries however the call ends; null until somebody has one to add.
 * Whoever adds one makes the Headers, as a default would be shared by all calls. An answer that went well
 * carries them already; whoever turns an error into an answer copies them into the error's metadata.
 */
export const responseHeadersKey: ContextKey<Headers | null> = createContextKey<Headers | null>(null, {
  description: "response headers",
});

/** The protocol this call came through. */
export const protocolKey: ContextKey<ProtocolName> = createContextKey<ProtocolName>("connect", {
  description: "protocol",
});

/**
 * The token of `Authorization: Bearer <token>` (RFC 6750, section 2.1); null when there is no such header.
 * Throws UNAUTHENTICATED for a header of any other form.
 */
export function bearerToken(headers: Headers): string | null {
  const header = headers.get("authorization");
  if (header === null) return null;
  const token = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i.exec(header)?.[1];
  if (token === undefined) throw new DomainError("UNAUTHENTICATED");
  return token;
}
