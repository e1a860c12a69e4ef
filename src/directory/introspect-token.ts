import { decodeJwt } from "jose/jwt/decode";
import type { Principal, ServicePrincipal } from "../caller.js";
import { DomainError } from "../errors.js";
import type { AccessTokens } from "../sessions/access-token.js";

export interface IntrospectTokenDeps {
  accessTokens: AccessTokens;
  /** Returns the principal of a user's access token, in one statement. Throws UNAUTHENTICATED. */
  verifyAccessToken(token: string, address?: string): Promise<Principal>;
  /** Returns the service of an access token, in one statement. Throws UNAUTHENTICATED. */
  verifyServiceToken(token: string): Promise<ServicePrincipal>;
}

/** Whose a valid token is, and its own claims. Times are in seconds since the epoch. */
export interface ActiveToken {
  owner: Principal | ServicePrincipal;
  /** Today's, or a former one. */
  issuer: string;
  audience: string;
  subject: string;
  tokenId: string;
  issuedAt: number;
  expiresAt: number;
}

/**
 * Returns what an access token is worth at this moment: its session or service is looked up, as a call with it would do.
 * null for every other text: why is not said (RFC 7662, section 2.2).
 */
export async function introspectToken(deps: IntrospectTokenDeps, token: string): Promise<ActiveToken | null> {
  const claims = deps.accessTokens.read(token);
  if (claims === null || claims === "expired") return null;
  const owner = await ownerOf(deps, token, claims.kind);
  if (!owner) return null;
  const { iss = "", aud = "", sub = "", jti = "", iat = 0, exp = 0 } = decodeJwt(token);
  const times = { issuedAt: iat, expiresAt: exp };
  return { owner, issuer: iss, audience: String(aud), subject: sub, tokenId: jti, ...times };
}

async function ownerOf(
  deps: IntrospectTokenDeps,
  token: string,
  kind: "user" | "service",
): Promise<Principal | ServicePrincipal | null> {
  try {
    return await (kind === "user" ? deps.verifyAccessToken(token) : deps.verifyServiceToken(token));
  } catch (error) {
    if (error instanceof DomainError && error.reason === "UNAUTHENTICATED") return null;
    throw error;
  }
}
