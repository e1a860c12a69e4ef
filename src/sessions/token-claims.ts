import type { JWTPayload } from "jose";

/** Whom and what a token names. */
export interface TokenClaims {
  /** `sub` */
  userId: number;
  /** `sid` */
  sessionId: string;
  /** `jti` */
  tokenId: string;
}

/** The spelling of our own ids; PostgreSQL's type `uuid` accepts more of them. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const POSITIVE_INTEGER = /^[1-9]\d{0,9}$/;
/** The largest value of PostgreSQL's type `integer`. */
const MAX_USER_ID = 2_147_483_647;

/**
 * Returns the claims of a verified token; null if one does not have the form in which we issue it. A signature proves
 * who signed, not what: other programs may hold the key too, and these values go into statements.
 */
export function readTokenClaims({ sub, sid, jti }: JWTPayload): TokenClaims | null {
  const isOurs = typeof sub === "string" && POSITIVE_INTEGER.test(sub) && isUuid(sid) && isUuid(jti);
  if (!isOurs || Number(sub) > MAX_USER_ID) return null;
  return { userId: Number(sub), sessionId: sid, tokenId: jti };
}

function isUuid(value: unknown): value is string {
  return typeof value === "string" && UUID.test(value);
}
