import Negotiator from "negotiator";
import type { Caller } from "../caller.js";
import type { Language } from "../messages/catalogue.js";
import type { Random } from "../system/random.js";
import { clientAddress, type TrustsProxy } from "./client-address.js";
import type { NodeRequest } from "./node-handler.js";

interface Deps {
  trustsProxy: TrustsProxy;
  random: Pick<Random, "uuid">;
}

/** Longer headers are ignored. Browsers send less than half of this; parsing a huge one would cost more than a call. */
const MAX_ACCEPT_LANGUAGE_LENGTH = 256;

/** The request ids that clients may choose: short, and harmless wherever they are written. */
const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

function header(request: NodeRequest, name: string): string {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(",") : (value ?? "");
}

/** The supported language of a tag like `en-GB`; null if there is none. */
export function languageOf(tag: string): Language | null {
  const primary = tag.split("-", 1)[0]?.toLowerCase();
  return primary === "fr" || primary === "en" ? primary : null;
}

/** The supported language that the client prefers; null if it names none. `*` names one only by ruling out the default. */
function requestedLanguage(acceptLanguage: string): Language | null {
  if (acceptLanguage === "" || acceptLanguage.length > MAX_ACCEPT_LANGUAGE_LENGTH) return null;
  const negotiator = new Negotiator({ headers: { "accept-language": acceptLanguage } });
  for (const tag of negotiator.languages()) {
    if (tag === "*") return negotiator.languages(["fr", "en"])[0] === "en" ? "en" : null;
    const language = languageOf(tag);
    if (language) return language;
  }
  return null;
}

/** Identifies the sender of a request. The address is empty only if the connection was not made by this server. */
export function requestCaller(deps: Deps, request: NodeRequest): Caller {
  const socketAddress = request.socket.remoteAddress ?? "";
  const requestId = header(request, "x-request-id");
  const language = requestedLanguage(header(request, "accept-language"));
  return {
    address: clientAddress(deps.trustsProxy, socketAddress, header(request, "x-forwarded-for")),
    authorization: request.headers.authorization ?? null,
    userAgent: header(request, "user-agent"),
    requestId: REQUEST_ID.test(requestId) ? requestId : deps.random.uuid(),
    language: language ?? "fr",
    isLanguageRequested: language !== null,
  };
}
