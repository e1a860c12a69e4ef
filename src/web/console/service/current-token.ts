import { createClient } from "@connectrpc/connect";
import { AuthService } from "#client/gen/waterbill/identity/v1/auth_service_pb.js";
import type { IdentityErrorReason } from "#client/src/error.js";
import { type AccessToken, readAccessToken } from "./access-token.js";
import { SESSION_URL } from "./addresses.js";
import { createTransport, errors } from "./transports.js";

/** A token is replaced this long (ms) before it expires, so that no call is refused for it. */
const REFRESH_AHEAD_MS = 30_000;

/** What the service says to a token whose session is over, or to none. Everything else passes. */
const OVER: ReadonlySet<IdentityErrorReason> = new Set([
  "REFRESH_REJECTED",
  "UNAUTHENTICATED",
  "INVALID_REQUEST",
]);

/** The methods whose refresh token and device are cookies. */
export const cookieAuth = createClient(AuthService, createTransport(SESSION_URL));

let current: AccessToken | null = null;
let refreshing: Promise<AccessToken> | null = null;
/** Counts the sessions of this page, so that what comes late of one is not taken for the next one's. */
let sessionNumber = 0;

/** Whether a call failed because the session is over. */
export const isOver = (error: unknown): boolean => OVER.has(errors.read(error).reason);

/** Another session begins, or none. */
export function replaceToken(token: AccessToken | null): void {
  sessionNumber += 1;
  current = token;
  refreshing = null;
}

/** The service has refused a token: the next call gets another one. */
export function refuseToken(refused: AccessToken): void {
  if (current === refused) current = null;
}

/** A token that is valid for a while, of the session that the browser has a cookie of. Throws an IdentityError. */
export async function currentToken(): Promise<AccessToken> {
  if (current && current.expiresAtMs - REFRESH_AHEAD_MS > performance.now()) return current;
  // One call at a time. Other tabs may refresh at the same moment: they get the same successor.
  const running = refreshing ?? requestToken();
  refreshing = running;
  try {
    return await running;
  } finally {
    if (refreshing === running) refreshing = null;
  }
}

async function requestToken(): Promise<AccessToken> {
  const number = sessionNumber;
  // The token itself is in the cookie.
  const response = await cookieAuth.refreshToken({});
  if (number !== sessionNumber) throw errors.create("CANCELED");
  current = readAccessToken(response.access, response.accessExpiresIn);
  return current;
}
