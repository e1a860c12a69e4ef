import { type ContextKey, createContextKey } from "@connectrpc/connect";
import type { Language } from "./messages/catalogue.js";
import type { User } from "./users/user.js";

/** The doors a call can come through. */
export type Door = "grpc" | "grpc-web" | "connect" | "rest";

/** Who is calling, as far as the connection and the headers tell. */
export interface Caller {
  /** The client's IP address: the socket's, or what trusted proxies vouch for. */
  address: string;
  /** Names this call in the log; the answer carries it as `X-Request-Id`. */
  requestId: string;
  /** The language of the sentences in the answer. */
  language: Language;
  /** False when `language` is only the default. */
  languageAsked: boolean;
}

/** Whose access token came with the call, checked against the database in this very call. */
export interface Principal {
  sessionId: string;
  user: User;
}

export const callerKey: ContextKey<Caller> = createContextKey<Caller>(
  { address: "", requestId: "", language: "fr", languageAsked: false },
  { description: "caller" },
);

export const principalKey: ContextKey<Principal | null> = createContextKey<Principal | null>(null, {
  description: "principal",
});
