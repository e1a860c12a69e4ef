import { hash } from "node:crypto";
import type { JWTPayload } from "jose";
import { LRUCache } from "lru-cache";
import type { TokenKeys } from "../signing-keys/access-keys.js";
import type { AccessTokenType, TokenKey, TokenTimes } from "../signing-keys/token-key.js";
import { addSeconds, type Clock, epochSeconds } from "../system/clock.js";
import type { Random } from "../system/random.js";
import { fullName, rolesOf, type User } from "../users/user.js";
import { type JwtProfile, signJwt, verifyJwt } from "./jwt.js";
import type { RefreshGrant } from "./refresh-token.js";
import { readServiceClaims, readTokenClaims, type ServiceClaims, serviceSubject } from "./token-claims.js";

/** The claims of a user's access token that the service uses. */
interface UserClaims {
  kind: "user";
  userId: number;
  sessionId: string;
  /** The start of the id of the refresh token that was issued together with this token. */
  refreshIdStart: string;
}

/** The claims of an access token that the service uses: whose it is decides which calls it is for. */
type AccessClaims = UserClaims | ({ kind: "service" } & ServiceClaims);

/** A token that was issued or verified. Its key tells whether it is still accepted. */
interface Remembered {
  claims: AccessClaims;
  times: TokenTimes;
  key: TokenKey;
}

export interface AccessTokens {
  /** Lifetime (s) of a user's token. */
  readonly ttlSeconds: number;
  /** Lifetime (s) of a service's token. */
  readonly serviceTtlSeconds: number;
  /** Issues a token together with a refresh token of the user's session, valid from now. */
  issue(user: User, grant: Pick<RefreshGrant, "id" | "sessionId">): string;
  /** Issues a token of an internal service, which lives for `serviceTtlSeconds`. */
  issueForService(claims: ServiceClaims): string;
  /**
   * Returns the claims of a valid access token, "expired" for one of ours that has expired or whose key was revoked, or
   * null. Does not check whether session and account, or the service, are active.
   */
  read(token: string): AccessClaims | "expired" | null;
}

export interface AccessTokenDeps {
  accessKeys: TokenKeys;
  clock: Clock;
  random: Random;
  type: AccessTokenType;
  issuer: string;
  /** Issuers of tokens that were issued before the issuer changed. */
  formerIssuers?: readonly string[];
  audience: string;
  ttlSeconds: number;
  serviceTtlSeconds: number;
}

/** `token_type` of a service's token: verifiers that ask for "access" take it for none of a user. */
const SERVICE_TOKEN_TYPE = "service";

/**
 * How many issued and verified tokens are remembered, each by its SHA-256 digest: those of 100,000 clients, in about 30 MB.
 * That saves most calls the check of the signature, whatever the algorithm costs.
 */
const MAX_REMEMBERED_TOKENS = 100_000;

/**
 * Length of the part of a `jti` that names the refresh token: 8 bytes in a UUID's spelling. The other 8 bytes are random,
 * so `jti` is still a unique version 4 UUID, and other verifiers need no new claim.
 */
const REFRESH_ID_START = "01234567-89ab-4def".length;

export function createAccessTokens(deps: AccessTokenDeps): AccessTokens {
  const {
    accessKeys,
    clock,
    random,
    type,
    issuer,
    audience,
    formerIssuers = [],
    ttlSeconds,
    serviceTtlSeconds,
  } = deps;
  const profile: JwtProfile = { type, issuer, audience, otherIssuers: formerIssuers };
  const remembered = new LRUCache<string, Remembered>({ max: MAX_REMEMBERED_TOKENS });
  const digestOf = (token: string) => hash("sha256", token, "binary");

  function timesOf(lifetimeSeconds: number): TokenTimes {
    const now = clock.now();
    return { iat: epochSeconds(now), exp: epochSeconds(addSeconds(now, lifetimeSeconds)) };
  }

  /** Signs a token, and remembers it: often it comes back to this process. */
  function sign(payload: JWTPayload & TokenTimes, claims: AccessClaims): string {
    const key = accessKeys.signing();
    const token = signJwt(key, profile, payload);
    const { iat, exp } = payload;
    remembered.set(digestOf(token), { claims, times: { iat, exp }, key });
    return token;
  }

  return {
    ttlSeconds,
    serviceTtlSeconds,

    issue(user, { id, sessionId }) {
      const refreshIdStart = id.slice(0, REFRESH_ID_START);
      const payload = {
        sub: String(user.id),
        sid: sessionId,
        jti: `${refreshIdStart}${random.uuid().slice(REFRESH_ID_START)}`,
        ...timesOf(ttlSeconds),
        token_type: "access",
        user_id: user.id,
        phone: user.phone,
        first_name: user.firstName,
        last_name: user.lastName,
        full_name: fullName(user),
        ...rolesClaim(user),
      };
      return sign(payload, { kind: "user", userId: user.id, sessionId, refreshIdStart });
    },

    issueForService({ service, scopes, grantId }) {
      const payload = {
        sub: serviceSubject(service),
        // Required of access tokens by RFC 9068, section 2.2.
        client_id: service,
        jti: random.uuid(),
        ...timesOf(serviceTtlSeconds),
        token_type: SERVICE_TOKEN_TYPE,
        scope: scopes.join(" "),
        grant_id: grantId,
      };
      return sign(payload, { kind: "service", service, scopes, grantId });
    },

    read(token) {
      const digest = digestOf(token);
      const known = remembered.get(digest);
      if (known) return isAccepted(known, clock) ? known.claims : "expired";
      const found = verifyJwt(accessKeys, profile, token, clock);
      if (found === "expired") return found;
      const claims = found && readClaims(found.claims);
      if (!claims) return null;
      const { iat, exp } = found.claims;
      remembered.set(digest, { claims, times: { iat, exp }, key: found.key });
      return claims;
    },
  };
}

/** Returns the claims of a verified token; null if it is no access token, or one of another form than ours. */
function readClaims(claims: JWTPayload): AccessClaims | null {
  if (claims.token_type === SERVICE_TOKEN_TYPE) {
    const read = readServiceClaims(claims);
    return read && { kind: "service", ...read };
  }
  const ids = claims.token_type === "access" ? readTokenClaims(claims) : null;
  if (!ids) return null;
  const { userId, sessionId, tokenId } = ids;
  return { kind: "user", userId, sessionId, refreshIdStart: tokenId.slice(0, REFRESH_ID_START) };
}

function isAccepted({ times, key }: Remembered, clock: Clock): boolean {
  return times.exp * 1000 > clock.now().getTime() && key.accepts(times);
}

/** Administrators' rights when the token was issued, for other services. Here the account's row decides. */
function rolesClaim(user: User): { roles?: string[] } {
  const roles = rolesOf(user);
  return roles.length > 0 ? { roles } : {};
}
