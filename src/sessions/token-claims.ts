import type { JWTPayload } from "jose";
import { isUuid } from "../system/uuid.js";

/** Whom and what a token names. */
export interface TokenClaims {
  /** `sub` */
  userId: number;
  /** `sid` */
  sessionId: string;
  /** `jti` */
  tokenId: string;
}

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
