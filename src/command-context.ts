import { availableParallelism } from "node:os";
import { createAccountStore } from "./accounts/account-store.js";
import { createAccountStatisticsStore } from "./accounts/statistics-store.js";
import { type AuditKeys, createAuditKeys } from "./audit/audit-keys.js";
import { createSealFirstActs } from "./audit/first-acts.js";
import { createHistoryStore } from "./audit/history-store.js";
import { createRecentChanges } from "./audit/recent-changes.js";
import { createRecord } from "./audit/record.js";
import type { Config } from "./config.js";
import type { Tx } from "./db/database.js";
import { createDirectoryStore } from "./directory/directory-store.js";
import { createExportStore } from "./export/export-store.js";
import { createGuessQueue } from "./guessing/guess-queue.js";
import { createGuessStore } from "./guessing/guess-store.js";
import { createNoticeMemory } from "./guessing/notice-guessing.js";
import { createGuessingNoticeStore } from "./guessing/notice-store.js";
import type { CommandKeys, Infrastructure } from "./infrastructure.js";
import { createJobLeaseStore } from "./jobs/job-lease-store.js";
import { createPasswordHasher, hashConcurrency } from "./passwords/password-hash.js";
import { assertNumberSettled } from "./profile/phone-change-link.js";
import { createPhoneChangeStore } from "./profile/phone-change-store.js";
import { createActivationAttemptStore } from "./registrations/activation-attempt-store.js";
import { createActivationStore } from "./registrations/activation-store.js";
import { createRegistrationStore } from "./registrations/registration-store.js";
import { createWaitingStore } from "./registrations/waiting-store.js";
import { createSecretDigests } from "./services/client-secret.js";
import { createServiceStore } from "./services/service-store.js";
import { createCurrentPasswordStore } from "./sessions/current-password-store.js";
import { createSecondFactorStore } from "./sessions/second-factor-store.js";
import { createSessionStore } from "./sessions/session-store.js";
import { createSigningKeyStore } from "./signing-keys/signing-key-store.js";
import { createSmsBudgetStore } from "./sms/sms-budget-store.js";
import { createDeletionStore } from "./users/deletion-store.js";
import { createUserStore } from "./users/user-store.js";
import { createCodeStore } from "./verification/code-store.js";
import { createSmsQuotaStore } from "./verification/sms-quota-store.js";
import { createWhitelistErasure } from "./whitelist/whitelist-erasure.js";
import { createWhitelistHistory } from "./whitelist/whitelist-history.js";
import { createWhitelistLists } from "./whitelist/whitelist-lists.js";
import {
  toChangeMessage,
  toEntryMessage,
  toWhitelistStatisticsMessage,
} from "./whitelist/whitelist-messages.js";
import { createWhitelistStore } from "./whitelist/whitelist-store.js";

/** The part of the context that needs only the database: commands that record nothing run on it without secrets. */
export type DatabaseContext = ReturnType<typeof createDatabaseContext>;

/** The context of commands that record acts on accounts, or verify what was recorded. */
export type AuditContext = ReturnType<typeof createAuditContext>;

/** Creates the stores, and the tools that need no secret. */
export function createDatabaseContext(
  config: Config,
  { database, clock, random }: Pick<Infrastructure, "database" | "clock" | "random">,
) {
  const processes = config.workers ?? 1;
  const whitelist = createWhitelistStore(database);
  const phoneChanges = createPhoneChangeStore(database);
  const accounts = createAccountStore(database);
  const whitelistErasure = createWhitelistErasure(database);
  const whitelistLists = createWhitelistLists(database);
  const whitelistHistory = createWhitelistHistory(database);
  return {
    database,
    clock,
    random,
    users: createUserStore(database),
    deletions: createDeletionStore(database),
    registrations: createRegistrationStore(database),
    accounts,
    lockSuperusers: accounts.lockSuperusers,
    accountStatistics: createAccountStatisticsStore(database),
    codes: createCodeStore(database),
    phoneChanges,
    clearPhoneChangeRequests: phoneChanges.clearRequests,
    assertNumberSettled: async (tx: Tx, accountId: number) =>
      assertNumberSettled({ clock }, await phoneChanges.findRecent(tx, accountId)),
    exports: createExportStore(database),
    smsQuota: createSmsQuotaStore(database),
    guesses: createGuessStore(database),
    guessQueue: createGuessQueue(),
    guessingNotices: createGuessingNoticeStore(database),
    noticeMemory: createNoticeMemory(),
    smsCounts: createSmsBudgetStore(database),
    smsBudget: config.smsBudget,
    activations: createActivationStore(database),
    activationAttempts: createActivationAttemptStore(database),
    waiting: createWaitingStore(database),
    signingKeys: createSigningKeyStore(database),
    jobLeases: createJobLeaseStore(database),
    services: createServiceStore(database),
    directory: createDirectoryStore(database),
    sessions: createSessionStore(database, config.tokens),
    secondFactors: createSecondFactorStore(database, config.tokens),
    currentPasswords: createCurrentPasswordStore(database),
    history: createHistoryStore(database),
    recentChanges: createRecentChanges(database),
    whitelist,
    whitelistLists,
    whitelistHistory,
    async readWhitelistOverview(limit: number) {
      const [statistics, changes] = await Promise.all([
        whitelistLists.statistics(null),
        whitelistHistory.latest(null, limit),
      ]);
      return {
        statistics: toWhitelistStatisticsMessage(statistics),
        changes: changes.map((recent) => ({ ...recent, change: toChangeMessage(recent.change) })),
      };
    },
    async findWhitelistItem(tx: Tx | null, phone: string) {
      const entry = await whitelist.find(tx, phone);
      return entry && toEntryMessage(entry);
    },
    whitelistErasure,
    lockWhitelisted: whitelistErasure.lockEntries,
    async forgetWhitelisted(tx: Tx, { accountId, phones }: { accountId: number; phones: readonly string[] }) {
      await whitelistErasure.forgetPhones(tx, phones);
      await whitelistErasure.forgetActor(tx, accountId);
    },
    isWhitelisted: (phone: string) => whitelist.isActive(null, phone),
    hasher: createPasswordHasher({
      concurrency: hashConcurrency(availableParallelism() / processes, config.passwords.poolThreads),
      queueLimit: Math.ceil(config.passwords.hashQueue / processes),
    }),
    phoneRules: config.phones,
    passwordRules: config.passwords,
  };
}

/** Creates the stores, and the tools that need only the secrets of the account history. */
export function createAuditContext(
  config: Config,
  infrastructure: Pick<Infrastructure, "database" | "clock" | "random"> &
    Partial<Pick<Infrastructure, "actCommitted">>,
  keys: CommandKeys,
) {
  const context = createDatabaseContext(config, infrastructure);
  const auditKeys: AuditKeys = createAuditKeys(keys.audit);
  const record = createRecord({ ...infrastructure, history: context.history, auditKeys });
  return {
    ...context,
    auditKeys,
    record,
    sealFirstActs: createSealFirstActs(auditKeys),
    secretDigests: createSecretDigests(keys.audit),
    codeKey: keys.code[0] ?? null,
  };
}
