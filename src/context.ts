import { setTimeout as delay } from "node:timers/promises";
import type { AccountServiceDeps } from "./accounts/account-service.js";
import type { CreateSuperuserDeps } from "./accounts/create-superuser.js";
import type { RecordDeps } from "./audit/record.js";
import type { AuthServiceDeps } from "./auth/auth-service.js";
import { createAuditContext } from "./command-context.js";
import type { Config } from "./config.js";
import type { DirectoryServiceDeps } from "./directory/directory-service.js";
import type { Infrastructure } from "./infrastructure.js";
import type { JobLeaseStore } from "./jobs/job-lease-store.js";
import { endpointUrls } from "./oauth/endpoint-urls.js";
import { createPageTokens } from "./paging/page-token.js";
import { createRefusalTime } from "./passwords/refusal-time.js";
import { traceHasher } from "./passwords/trace-hasher.js";
import type { PhoneChangeStore } from "./profile/phone-change-store.js";
import type { ProfileServiceDeps } from "./profile/profile-service.js";
import type { AuthenticateDeps } from "./rpc/interceptors/authenticate.js";
import type { AuthenticateClientDeps } from "./services/authenticate-client.js";
import { verifyServiceToken } from "./services/verify-service-token.js";
import { createAccessTokens } from "./sessions/access-token.js";
import { createEndedSessions } from "./sessions/ended-sessions.js";
import { createRefreshTokens } from "./sessions/refresh-token.js";
import type { SessionStore } from "./sessions/session-store.js";
import { createSessionTouches, type SessionTouches } from "./sessions/session-touches.js";
import { verifyAccessToken } from "./sessions/verify-access-token.js";
import { createAccessKeys } from "./signing-keys/access-keys.js";
import type { KeyRing } from "./signing-keys/key-ring.js";
import type { SigningKeyStore } from "./signing-keys/signing-key-store.js";
import { systemClock } from "./system/clock.js";
import { LoggableError } from "./system/loggable-error.js";
import type { WhitelistErasure } from "./whitelist/whitelist-erasure.js";
import type { WhitelistServiceDeps } from "./whitelist/whitelist-service.js";

/** All dependencies of the use cases; each use case declares the ones that it takes. */
export type AppContext = AuthServiceDeps &
  ProfileServiceDeps &
  AccountServiceDeps &
  WhitelistServiceDeps &
  DirectoryServiceDeps &
  CreateSuperuserDeps &
  AuthenticateClientDeps &
  AuthenticateDeps &
  RecordDeps & {
    sessions: SessionStore;
    sessionTouches: SessionTouches;
    phoneChanges: PhoneChangeStore;
    signingKeys: SigningKeyStore;
    jobLeases: JobLeaseStore;
    whitelistErasure: WhitelistErasure;
    keyRing: KeyRing;
  };

/** The infrastructure, how the server clears the rate limits of a number, and where it counts them. */
export type ContextInfrastructure = Infrastructure &
  Pick<AccountServiceDeps, "clearRateLimits" | "areLimitsInMemory">;

/** Creates the stores and the tools, once, for server and tests. `overrides` replace some of them. */
export function createContext(
  config: Config,
  infrastructure: ContextInfrastructure,
  overrides: Partial<AppContext> = {},
): AppContext {
  const { keys, clock, random } = infrastructure;
  const [codeKey] = keys.code;
  if (!codeKey) throw new LoggableError("codes and links have no key");
  const { issuer, formerIssuer, audience } = config.tokens;
  const accessTokens = createAccessTokens({
    accessKeys: createAccessKeys({
      keyRing: infrastructure.keyRing,
      tokenSecrets: keys.token,
      algorithm: config.tokens.accessAlgorithm,
      ttlSeconds: config.tokens.longestAccessTtlSeconds,
    }),
    clock,
    random,
    type: config.tokens.accessType,
    issuer,
    formerIssuers: [formerIssuer],
    audience,
    ttlSeconds: config.tokens.accessTtlSeconds,
    serviceTtlSeconds: config.tokens.serviceTtlSeconds,
  });
  const context = createAuditContext(config, infrastructure, keys);
  const { sessions, services } = context;
  const urls = endpointUrls(config.publicUrl);
  const refusalTime = createRefusalTime({
    findDjangoHashes: () => context.users.findDjangoHashes(null),
    hasher: context.hasher,
    // Always the real one, which `delay` waits by.
    clock: systemClock,
    wait: delay,
  });
  const sessionTouches = createSessionTouches(sessions);
  const endedSessions = createEndedSessions();
  return {
    ...infrastructure,
    ...context,
    ...(infrastructure.tracing && { hasher: traceHasher(context.hasher, infrastructure.tracing) }),
    pageTokens: createPageTokens(keys.token),
    accessTokens,
    refreshTokens: createRefreshTokens({
      tokenSecrets: keys.token,
      clock,
      issuer: formerIssuer,
      audience,
    }),
    sessionTouches,
    refusalTime,
    verifyAccessToken: (token, address) =>
      verifyAccessToken({ accessTokens, sessions, sessionTouches, endedSessions }, token, address),
    verifyServiceToken: (token) => verifyServiceToken({ accessTokens, services }, token),
    assertionAudiences: [issuer, urls.token, urls.introspection],
    codeKey,
    codeKeys: keys.code,
    frontendUrl: config.frontendUrl,
    publicUrl: config.publicUrl,
    reauthenticationWindowSeconds: config.reauthenticationWindowSeconds,
    demandsSecondFactor: config.demandsSecondFactor,
    phoneChangeUndoSeconds: config.phoneChangeUndoSeconds,
    accountDeletionSeconds: config.accountDeletionSeconds,
    activationNeedsRegistration: config.activationNeedsRegistration,
    ...overrides,
  };
}
