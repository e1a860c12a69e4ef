import { type Metadata, status } from "@grpc/grpc-js";
import { createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from "jose";
import { StatusError } from "./status-error.js";

/** The person who calls, as of the moment when the token was issued. */
export interface Person {
  userId: number;
  /** "staff" and "superuser", as far as they apply. */
  roles: readonly string[];
}

export interface UserTokensConfig {
  /** Where the identity service is. */
  url: string;
  /** The claim `iss`: the identity service's TOKEN_ISSUER, or else its PUBLIC_URL. */
  issuer: string;
  /** The claim `aud`. */
  audience: string;
}

/** Resolves with the person whose access token a call carries. Rejects with UNAUTHENTICATED or UNAVAILABLE. */
export type Authenticate = (metadata: Metadata) => Promise<Person>;

/** How long the identity service lets others keep its keys. */
const KEYS_MAX_AGE_MS = 300_000;

/**
 * Verifies access tokens of people by the identity service's published keys, without a call for each token. Until a token
 * expires (15 minutes), this doesn't see that its session has ended, or that the account was deactivated or has lost a
 * role. Before an act that can't be undone, ask IntrospectToken.
 */
export function createAuthenticate({ url, issuer, audience }: UserTokensConfig): Authenticate {
  const keys = publishedKeys(new URL(`${url}/.well-known/jwks.json`));
  return async (metadata) => {
    try {
      const { payload } = await jwtVerify(readBearer(metadata), keys, {
        issuer,
        audience,
        // Never HS256: whoever has the public key could sign.
        algorithms: ["ES256", "EdDSA", "RS256"],
        // The identity service's ACCESS_TOKEN_TYP.
        typ: "at+jwt",
        requiredClaims: ["exp"],
      });
      return toPerson(payload);
    } catch (error) {
      if (error instanceof errors.JOSEError) throw unauthenticated();
      throw error;
    }
  };
}

/**
 * The keys, fetched when they are needed: again after five minutes, and for a key that is not among them, though not twice
 * in 30 seconds. Rejects with UNAVAILABLE if they can't be fetched, which says nothing about the token.
 */
function publishedKeys(url: URL): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(url, { cacheMaxAge: KEYS_MAX_AGE_MS });
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (cause) {
      const isAboutToken =
        cause instanceof errors.JWKSNoMatchingKey || cause instanceof errors.JWKSMultipleMatchingKeys;
      if (isAboutToken) throw cause;
      throw new StatusError(status.UNAVAILABLE, "The keys of access tokens can't be fetched.", { cause });
    }
  };
}

function readBearer(metadata: Metadata): string {
  const [value, ...others] = metadata.get("authorization");
  const token = /^Bearer +(\S+)$/i.exec(String(value))?.[1];
  if (token === undefined || others.length > 0) throw unauthenticated();
  return token;
}

/** A service's token has no user_id. */
function toPerson({ token_type, user_id, roles }: Record<string, unknown>): Person {
  if (token_type !== "access" || typeof user_id !== "number") throw unauthenticated();
  return { userId: user_id, roles: Array.isArray(roles) ? roles : [] };
}

function unauthenticated(): StatusError {
  return new StatusError(status.UNAUTHENTICATED, "A valid access token is required.");
}
