import type { Sequelize } from "sequelize";
import { defineAccountAct } from "./account-act.js";
import { defineAccountActValues } from "./account-act-values.js";
import { defineAccountCount } from "./account-count.js";
import { defineAccountHistoryHead } from "./account-history-head.js";
import { defineActivationAttempts } from "./activation-attempts.js";
import { defineActivationCode } from "./activation-code.js";
import { defineCode } from "./code.js";
import { defineGuessingNotice } from "./guessing-notice.js";
import { defineJobLease } from "./job-lease.js";
import { defineKnownCaller } from "./known-caller.js";
import { defineNumberGuesses } from "./number-guesses.js";
import { definePhoneChange } from "./phone-change.js";
import { defineRegistration } from "./registration.js";
import { defineRegistrationTry } from "./registration-try.js";
import { defineSchemaMigration } from "./schema-migration.js";
import { defineService } from "./service.js";
import { defineServiceAssertion } from "./service-assertion.js";
import { defineServiceSecret } from "./service-secret.js";
import { defineSession } from "./session.js";
import { defineSigningKey } from "./signing-key.js";
import { defineSmsCount } from "./sms-count.js";
import { defineSmsSend } from "./sms-send.js";
import { defineUser } from "./user.js";
import { defineWhitelistChange } from "./whitelist-change.js";
import { defineWhitelistCount } from "./whitelist-count.js";
import { defineWhitelistEntry } from "./whitelist-entry.js";

/** One model for each table of a database. */
export type Models = ReturnType<typeof defineModels>;

/** Makes the models of one database. A process may open several databases, so models are not module constants. */
export function defineModels(sequelize: Sequelize) {
  return {
    users: defineUser(sequelize),
    accountCounts: defineAccountCount(sequelize),
    registrations: defineRegistration(sequelize),
    registrationTries: defineRegistrationTry(sequelize),
    activationCodes: defineActivationCode(sequelize),
    activationAttempts: defineActivationAttempts(sequelize),
    codes: defineCode(sequelize),
    phoneChanges: definePhoneChange(sequelize),
    smsSends: defineSmsSend(sequelize),
    smsCounts: defineSmsCount(sequelize),
    sessions: defineSession(sequelize),
    signingKeys: defineSigningKey(sequelize),
    jobLeases: defineJobLease(sequelize),
    services: defineService(sequelize),
    serviceSecrets: defineServiceSecret(sequelize),
    serviceAssertions: defineServiceAssertion(sequelize),
    knownCallers: defineKnownCaller(sequelize),
    numberGuesses: defineNumberGuesses(sequelize),
    guessingNotices: defineGuessingNotice(sequelize),
    whitelistEntries: defineWhitelistEntry(sequelize),
    whitelistHistory: defineWhitelistChange(sequelize),
    whitelistCounts: defineWhitelistCount(sequelize),
    accountHistory: defineAccountAct(sequelize),
    accountHistoryValues: defineAccountActValues(sequelize),
    accountHistoryHeads: defineAccountHistoryHead(sequelize),
    schemaMigrations: defineSchemaMigration(sequelize),
  };
}
