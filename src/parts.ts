import { availableParallelism } from "node:os";
import { createActivationStore } from "./auth/activation-store.js";
import type { AuthServiceDeps } from "./auth/auth-service.js";
import { createCodeStore } from "./codes/code-store.js";
import { createSendStore } from "./codes/send-store.js";
import type { Config } from "./config.js";
import type { Database } from "./db/database.js";
import type { ProfileServiceDeps } from "./profile/profile-service.js";
import type { SmsGateway } from "./sms/sms-gateway.js";
import type { Background } from "./system/background.js";
import type { Clock } from "./system/clock.js";
import type { Keys } from "./system/key-file.js";
import type { Random } from "./system/random.js";
import { createAccessTokens } from "./tokens/access-token.js";
import { authenticate } from "./tokens/authenticate.js";
import { createJwt } from "./tokens/jwt.js";
import { createRefreshTokens } from "./tokens/refresh-token.js";
import { createSessionStore, type SessionStore } from "./tokens/session-store.js";
import type { CreateSuperuserDeps } from "./users/create-superuser.js";
import { createPasswordHasher, hashConcurrency } from "./users/password-hash.js";
import { createUserStore } from "./users/user-store.js";
import type { WhitelistDeps } from "./whitelist/add-entry.js";
import { createWhitelistStore } from "./whitelist/whitelist-store.js";

/** What the use cases touch of the outside world. */
export interface World {
  database: Database;
  keys: Keys;
  clock: Clock;
  random: Random;
  sms: SmsGateway;
  background: Background;
}

/** Everything the use cases ask for; each takes what it declares. */
export type Parts = AuthServiceDeps &
  ProfileServiceDeps &
  WhitelistDeps &
  CreateSuperuserDeps & { sessions: SessionStore };

/** Threads of libuv's pool when UV_THREADPOOL_SIZE is not set. */
const DEFAULT_POOL_THREADS = 4;

/** Makes the stores and the tools, once, for the server, the command line and the tests alike. */
export function createParts(config: Config, world: World): Parts {
  const { database, keys, clock, random } = world;
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
    ...world,
    users: createUserStore(database),
    codes: createCodeStore(database),
    sends: createSendStore(database),
    activations: createActivationStore(database),
    sessions,
    whitelist,
    allows: (phone) => whitelist.isActive(null, phone),
    accessTokens,
    refreshTokens: createRefreshTokens({ jwt, issuer, audience }),
    authenticate: (token) => authenticate({ accessTokens, sessions }, token),
    hasher: createPasswordHasher({
      concurrency: hashConcurrency(availableParallelism(), DEFAULT_POOL_THREADS),
      queueLimit: config.passwords.hashQueue,
    }),
    codeKey: Buffer.from(keys.code, "utf8"),
    phoneRules: config.phones,
    passwordRules: config.passwords,
    frontendUrl: config.frontendUrl,
    refreshTtlSeconds,
    reuseGraceSeconds,
  };
}
