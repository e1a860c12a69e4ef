import type { Interceptor, Transport } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { createChallenges } from "#client/src/challenge.js";
import { systemClock } from "#client/src/clock.js";
import { createPlainTransport } from "#client/src/plain-transport.js";
import { createErrors } from "#client/src/read-error.js";
import { currentLanguage } from "../messages/language.js";

/** Time (ms) that a call may take. Slow lines need most of it. */
const TIMEOUT_MS = 60_000;

export const challenges = createChallenges(systemClock);
export const errors = createErrors(challenges, currentLanguage);

/** Calls the service at `baseUrl` in the language of the console. Every failure is an IdentityError. */
export function createTransport(baseUrl: string, interceptors: Interceptor[] = []): Transport {
  const base = createConnectTransport({
    baseUrl,
    interceptors,
    // Smaller than JSON, on slow lines.
    useBinaryFormat: true,
    defaultTimeoutMs: TIMEOUT_MS,
  });
  return createPlainTransport({ base, challenges, errors, language: currentLanguage });
}
