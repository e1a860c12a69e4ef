import { availableParallelism } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import type { AccountServiceDeps } from "./accounts/account-service.js";
import { createAccountStore } from "./accounts/account-store.js";
import type { CreateSuperuserDeps } from "./accounts/create-superuser.js";
import { type AuditKeys, createAuditKeys } from "./audit/audit-keys.js";
import { createSealFirstActs } from "./audit/first-acts.js";
import { createHistoryStore } from "./audit/history-store.js";
import { createRecord, type RecordDeps } from "./audit/record.js";
import type { AuthServiceDeps } from "./auth/auth-service.js";
import type { Config } from "./config.js";
import { createGuessQueue } from "./guessing/guess-queue.js";
import { createGuessStore } from "./guessing/guess-store.js";
import { createNoticeMemory } from "./guessing/notice-guessing.js";
import { createGuessingNoticeStore } from "./guessing/notice-store.js";
import type { CommandKeys, Infrastructure } from "./infrastructure.js";
import { createPageTokens } from "./paging/page-token.js";
import { createPasswordHasher, hashConcurrency } from "./passwords/password-hash.js";
import { createRefusalTime } from "./passwords/refusal-time.js";
import { createPhoneChangeStore, type PhoneChangeStore } from "./profile/phone-change-store.js";
import type { ProfileServiceDeps } from "./profile/profile-service.js";
import { createActivationAttemptStore } from "./registrations/activation-attempt-store.js";
import { createActivationStore } from "./registrations/activation-store.js";
import { createRegistrationStore } from "./registrations/registration-store.js";
import type { AuthenticateDeps } from "./rpc/interceptors/authenticate.js";
import { createAccessTokens } from "./sessions/access-token.js";
import { createCurrentPasswordStore } from "./sessions/current-password-store.js";
import { createEndedSessions } from "./sessions/ended-sessions.js";
import { createRefreshTokens } from "./sessions/refresh-token.js";
import { createSessionStore, type SessionStore } from "./sessions/session-store.js";
import { createSessionTouches, type SessionTouches } from "./sessions/session-touches.js";
import { verifyAccessToken } from "./sessions/verify-access-token.js";
import { createAccessKeys } from "./signing-keys/access-keys.js";
import type { KeyRing } from "./signing-keys/key-ring.js";
import { createSigningKeyStore, type SigningKeyStore } from "./signing-keys/signing-key-store.js";
import { createSmsBudgetStore } from "./sms/sms-budget-store.js";
import { systemClock } from "./system/clock.js";
import { LoggableError } from "./system/loggable-error.js";
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
  AuthenticateDeps &
  RecordDeps & {
    sessions: SessionStore;
    sessionTouches: SessionTouches;
    phoneChanges: PhoneChangeStore;
    signingKeys: SigningKeyStore;
    keyRing: KeyRing;
  };

/** The part of the context that needs only the database: commands that record nothing run on it without secrets. */
export type DatabaseContext = ReturnType<typeof createDatabaseContext>;

/** The context of commands that record acts on accounts, or verify what was recorded. */
export type AuditContext = ReturnType<typeof createAuditContext>;

/** Creates the stores, and the tools that need no secret. */
export function createDatabaseContext(
  config: Config,
  { database, clock, random }: Pick<Infrastructure, "database" | "clock" | "random">,
) {
  const whitelist = createWhitelistStore(database);
  const phoneChanges = createPhoneChangeStore(database);
  return {
    database,
    clock,
    random,
    users: createUserStore(database),
    registrations: createRegistrationStore(database),
    accounts: createAccountStore(database),
    codes: createCodeStore(database),
    phoneChanges,
    clearPhoneChangeRequests: phoneChanges.clearRequests,
    smsQuota: createSmsQuotaStore(database),
    guesses: createGuessStore(database),
    guessQueue: createGuessQueue(),
    guessingNotices: createGuessingNoticeStore(database),
    noticeMemory: createNoticeMemory(),
    smsCounts: createSmsBudgetStore(database),
    smsBudget: config.smsBudget,
    activations: createActivationStore(database),
    activationAttempts: createActivationAttemptStore(database),
    signingKeys: createSigningKeyStore(database),
    sessions: createSessionStore(database, config.tokens),
    currentPasswords: createCurrentPasswordStore(database),
    history: createHistoryStore(database),
    whitelist,
    whitelistLists: createWhitelistLists(database),
    whitelistHistory: createWhitelistHistory(database),
    isWhitelisted: (phone: string) => whitelist.isActive(null, phone),
    hasher: createPasswordHasher({
      concurrency: hashConcurrency(availableParallelism(), config.passwords.poolThreads),
      queueLimit: config.passwords.hashQueue,
    }),
    phoneRules: config.phones,
    passwordRules: config.passwords,
  };
}

/** Creates the stores, and the tools that need only the secrets of the account history. */
export function createAuditContext(
  config: Config,
  infrastructure: Pick<Infrastructure, "database" | "clock" | "random">,
  keys: CommandKeys,
) {
  const context = createDatabaseContext(config, infrastructure);
  const auditKeys: AuditKeys = createAuditKeys(keys.audit);
  const record = createRecord({ history: context.history, auditKeys });
  return {
    ...context,
    auditKeys,
    record,
    sealFirstActs: createSealFirstActs(auditKeys),
    codeKey: keys.code[0] ?? null,
  };
}

/** The infrastructure, and how the server clears the rate limits of a number. */
export type ContextInfrastructure = Infrastructure & Pick<AccountServiceDeps, "clearRateLimits">;

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
  const { sessions } = context;
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
    codeKey,
    codeKeys: keys.code,
    frontendUrl: config.frontendUrl,
    publicUrl: config.publicUrl,
    reauthenticationWindowSeconds: config.reauthenticationWindowSeconds,
    phoneChangeUndoSeconds: config.phoneChangeUndoSeconds,
    activationNeedsRegistration: config.activationNeedsRegistration,
    ...overrides,
  };
}
