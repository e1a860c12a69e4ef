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

/** Browsers send less than half of it; reading a header filled to its limit would cost more than a call. */
const MAX_ACCEPT_LANGUAGE_LENGTH = 256;

/** What a client may call its request: short, and harmless wherever it is written. */
const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

function header(request: NodeRequest, name: string): string {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(",") : (value ?? "");
}

function languageOf(tag: string): Language | null {
  const primary = tag.split("-", 1)[0]?.toLowerCase();
  return primary === "fr" || primary === "en" ? primary : null;
}

/** The language of ours that the client likes best, null when it names none of them (`*` names none). */
function requestedLanguage(acceptLanguage: string): Language | null {
  if (acceptLanguage === "" || acceptLanguage.length > MAX_ACCEPT_LANGUAGE_LENGTH) return null;
  const negotiator = new Negotiator({ headers: { "accept-language": acceptLanguage } });
  for (const tag of negotiator.languages()) {
    const language = languageOf(tag);
    if (language) return language;
  }
  return null;
}

/** Who sent this request. The address is empty only where the connection was not made by our server. */
export function requestCaller(deps: Deps, request: NodeRequest): Caller {
  const socketAddress = request.socket.remoteAddress ?? "";
  const requestId = header(request, "x-request-id");
  const language = requestedLanguage(header(request, "accept-language"));
  return {
    address: clientAddress(deps.trustsProxy, socketAddress, header(request, "x-forwarded-for")),
    requestId: REQUEST_ID.test(requestId) ? requestId : deps.random.uuid(),
    language: language ?? "fr",
    isLanguageRequested: language !== null,
  };
}
