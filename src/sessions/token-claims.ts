import type { JWTPayload } from "jose";
import { isUuid } from "../system/uuid.js";
import { MAX_USER_ID } from "../users/user.js";

/** Whom and what a token of a user names. */
export interface TokenClaims {
  /** `sub` */
  userId: number;
  /** `sid` */
  sessionId: string;
  /** `jti` */
  tokenId: string;
}

/** Whom an access token of an internal service names, and what it may do. */
export interface ServiceClaims {
  /** The service's name, which is its client id. */
  service: string;
  /** What the service asked for when it got the token. Its row tells what it may do now. */
  scopes: readonly string[];
  /** What the service's row must have too for the token to be accepted; random, as the id of a session is. */
  grantId: string;
}

const POSITIVE_INTEGER = /^[1-9]\d{0,9}$/;

/**
 * Returns the claims of a verified token of a user; null if one does not have the form in which we issue it. A signature
 * proves who signed, not what: other programs may hold the key too, and these values go into statements.
 */
export function readTokenClaims({ sub, sid, jti }: JWTPayload): TokenClaims | null {
  const isOurs = typeof sub === "string" && POSITIVE_INTEGER.test(sub) && isUuid(sid) && isUuid(jti);
  if (!isOurs || Number(sub) > MAX_USER_ID) return null;
  return { userId: Number(sub), sessionId: sid, tokenId: jti };
}

/** Before the name of a service in `sub`, which for a user is a number. */
const SERVICE_PREFIX = "service:";
/** A service's name: letters, digits and hyphens, which no encoding of a client id changes. */
export const SERVICE_NAME = /^[a-z][a-z0-9-]{1,62}$/;

/** The claim `sub` of a service's token. */
export function serviceSubject(name: string): string {
  return SERVICE_PREFIX + name;
}

/** Returns the claims of a verified token of a service; null as for a user's. */
export function readServiceClaims({ sub, scope, grant_id: grantId, jti }: JWTPayload): ServiceClaims | null {
  const service =
    typeof sub === "string" && sub.startsWith(SERVICE_PREFIX) ? sub.slice(SERVICE_PREFIX.length) : "";
  const isOurs = SERVICE_NAME.test(service) && isUuid(jti);
  if (!isOurs || typeof scope !== "string" || !isUuid(grantId)) return null;
  return { service, scopes: scope.split(" "), grantId };
}
