import { availableParallelism } from "node:os";
import type { AccountServiceDeps } from "./accounts/account-service.js";
import { createAccountStore } from "./accounts/account-store.js";
import type { CreateSuperuserDeps } from "./accounts/create-superuser.js";
import { createActivationStore } from "./auth/activation-store.js";
import type { AuthServiceDeps } from "./auth/auth-service.js";
import type { Config } from "./config.js";
import type { Infrastructure } from "./infrastructure.js";
import { createPageTokens } from "./paging/page-token.js";
import { createPasswordHasher, hashConcurrency } from "./passwords/password-hash.js";
import type { ProfileServiceDeps } from "./profile/profile-service.js";
import type { AuthenticateDeps } from "./rpc/interceptors/authenticate.js";
import { createAccessTokens } from "./sessions/access-token.js";
import { createJwt } from "./sessions/jwt.js";
import { createRefreshTokens } from "./sessions/refresh-token.js";
import { createSessionStore, type SessionStore } from "./sessions/session-store.js";
import { verifyAccessToken } from "./sessions/verify-access-token.js";
import { createRegistrationStore } from "./users/registration-store.js";
import { createUserStore } from "./users/user-store.js";
import { createCodeStore } from "./verification/code-store.js";
import { createSmsQuotaStore } from "./verification/sms-quota-store.js";
import { createWhitelistHistory } from "./whitelist/whitelist-history.js";
import { createWhitelistLists } from "./whitelist/whitelist-lists.js";
import type { WhitelistServiceDeps } from "./whitelist/whitelist-service.js";
import { createWhitelistStore } from "./whitelist/whitelist-store.js";

/** All dependencies of the use cases; each use case declares the ones that it takes. */
export type AppContext = AuthServiceDeps &
  ProfileServiceDeps &
  AccountServiceDeps &
  WhitelistServiceDeps &
  CreateSuperuserDeps &
  AuthenticateDeps & { sessions: SessionStore };

/** Creates the stores and the tools, once, for server, command line and tests. `overrides` replace some of them. */
export function createContext(
  config: Config,
  infrastructure: Infrastructure,
  overrides: Partial<AppContext> = {},
): AppContext {
  const { database, keys, clock, random } = infrastructure;
  const { issuer, audience, accessTtlSeconds, refreshTtlSeconds, reuseGraceSeconds } = config.tokens;
  const jwt = createJwt(keys.token, clock);
  const accessTokens = createAccessTokens({
    jwt,
    clock,
    random,
    issuer,
    audience,
    ttlSeconds: accessTtlSeconds,
  });
  const sessions = createSessionStore(database);
  const whitelist = createWhitelistStore(database);
  return {
    ...infrastructure,
    users: createUserStore(database),
    registrations: createRegistrationStore(database),
    accounts: createAccountStore(database),
    pageTokens: createPageTokens(keys.token),
    codes: createCodeStore(database),
    smsQuota: createSmsQuotaStore(database),
    activations: createActivationStore(database),
    sessions,
    whitelist,
    whitelistLists: createWhitelistLists(database),
    whitelistHistory: createWhitelistHistory(database),
    isWhitelisted: (phone) => whitelist.isActive(null, phone),
    accessTokens,
    refreshTokens: createRefreshTokens({ jwt, issuer, audience }),
    verifyAccessToken: (token) => verifyAccessToken({ accessTokens, sessions }, token),
    hasher: createPasswordHasher({
      concurrency: hashConcurrency(availableParallelism(), config.passwords.poolThreads),
      queueLimit: config.passwords.hashQueue,
    }),
    codeKey: Buffer.from(keys.code, "utf8"),
    phoneRules: config.phones,
    passwordRules: config.passwords,
    frontendUrl: config.frontendUrl,
    refreshTtlSeconds,
    reuseGraceSeconds,
    ...overrides,
  };
}
