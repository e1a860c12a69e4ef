import { type ContextKey, type ContextValues, createContextKey } from "@connectrpc/connect";
import { DomainError } from "./errors.js";
import type { Language } from "./messages/catalogue.js";
import type { User } from "./users/user.js";

/** The protocols that a call can use. */
export type ProtocolName = "grpc" | "grpc-web" | "connect" | "rest";

/** The caller, as far as connection and headers identify it. */
export interface Caller {
  /** The client's IP address: the socket's, or the one reported by trusted proxies. */
  address: string;
  /** The Authorization header as it was sent; null if there was none. */
  authorization: string | null;
  /** The User-Agent header as it was sent; empty if there was none. */
  userAgent: string;
  /** Identifies this call in the log; returned as `X-Request-Id`. */
  requestId: string;
  /** The language of the messages in the response. */
  language: Language;
  /** False when `language` is only the default. */
  isLanguageRequested: boolean;
}

/** The client's IP address. */
export function callerAddress(context: { values: ContextValues }): string {
  return context.values.get(callerKey).address;
}

/** The owner and session of the access token sent with the call, checked against the database in this call. */
export interface Principal {
  sessionId: string;
  user: User;
  /** Time (s) since the sign-in that opened the session, by the database's clock. A refresh is no sign-in. */
  sessionAgeSeconds: number;
  /** Whether the session has passed the second step of an administrator's sign-in, and that still counts. */
  hasSecondFactor: boolean;
}

/** The internal service that a call comes from, checked against the database in this call. */
export interface ServicePrincipal {
  name: string;
  /** What its token was issued for, and it may do now. */
  scopes: readonly string[];
}

export const callerKey: ContextKey<Caller> = createContextKey<Caller>(
  {
    address: "",
    authorization: null,
    userAgent: "",
    requestId: "",
    language: "fr",
    isLanguageRequested: false,
  },
  { description: "caller" },
);

export const principalKey: ContextKey<Principal | null> = createContextKey<Principal | null>(null, {
  description: "principal",
});

export const servicePrincipalKey: ContextKey<ServicePrincipal | null> =
  createContextKey<ServicePrincipal | null>(null, { description: "service principal" });

/** The signed-in caller of an ACCESS_OPTIONAL method; null for a caller without an access token. */
export function optionalPrincipal(context: { values: ContextValues }): Principal | null {
  return context.values.get(principalKey);
}

/**
 * The signed-in caller of a method that needs one.
 * Throws UNAUTHENTICATED if there is none, which the authenticate interceptor prevents.
 */
export function requirePrincipal(context: { values: ContextValues }): Principal {
  const principal = optionalPrincipal(context);
  if (!principal) throw new DomainError("UNAUTHENTICATED");
  return principal;
}

/**
 * Headers to add to the response, whether the call succeeds or fails; null if there are none. A successful response
 * includes them already; code that turns an error into a response copies them into the error's metadata.
 */
export const responseHeadersKey: ContextKey<Readonly<Record<string, string>> | null> =
  createContextKey<Readonly<Record<string, string>> | null>(null, { description: "response headers" });

/** The protocol of this call. */
export const protocolKey: ContextKey<ProtocolName> = createContextKey<ProtocolName>("connect", {
  description: "protocol",
});
