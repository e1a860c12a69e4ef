import { decodeJwt } from "jose";
import { activate } from "../../src/auth/activate.js";
import { login } from "../../src/auth/login.js";
import { register } from "../../src/auth/register.js";
import { type Config, readConfig } from "../../src/config.js";
import { type AppContext, type ContextInfrastructure, createContext } from "../../src/context.js";
import type { Statement } from "../../src/db/database.js";
import { createPasswordHasher } from "../../src/passwords/password-hash.js";
import type { TokenPair } from "../../src/sessions/token-pair.js";
import { createSigning } from "../../src/signing-keys/signing.js";
import type { SmsRefusal } from "../../src/sms/sms-budget.js";
import { createBackground } from "../../src/system/background.js";
import { addSeconds, systemClock } from "../../src/system/clock.js";
import { systemRandom } from "../../src/system/random.js";
import { NO_METRICS } from "../../src/telemetry/metrics.js";
import type { User } from "../../src/users/user.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { type TestClock, testClock } from "./clock.js";
import { type TestDatabase, testDatabase } from "./database.js";
import { type FixtureScope, useFixture } from "./fixture.js";
import { generousSmsBudget } from "./generous-sms-budget.js";
import { recordSecret, testLogger } from "./log.js";
import { createOutbox, type Outbox } from "./outbox.js";
import { rememberingHasher } from "./remembering-hasher.js";

/** All use cases on a real PostgreSQL, with a test clock and an SMS gateway that keeps its messages. */
export interface TestContext {
  config: Config;
  infrastructure: ContextInfrastructure;
  /** Parts of the context that the tests replace. */
  overrides: Partial<AppContext>;
  app: AppContext;
  clock: TestClock;
  outbox: Outbox;
  /** What the SMS budget refused. */
  refusals: SmsRefusal[];
  /** Statements sent since its length was last set to 0. */
  statements: string[];
  testDatabase: TestDatabase;
  /** A second context on the same data, like that of another process. */
  anotherProcess(): AppContext;
  /**
   * Lets time pass for sessions, phone changes, deletions and the second step, whose times are the database's: moves their
   * times back by `seconds`, and sets the clock to the real time plus all that has passed. Real time goes on, so tests leave margins of some seconds.
   */
  passTime(seconds: number): Promise<void>;
  /** Waits for the background jobs of use cases, and for what calls with access tokens recorded. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

export const testKeys = {
  token: "t".repeat(43),
  code: "c".repeat(43),
  audit: ["a".repeat(43)],
  encryption: "e".repeat(43),
};

/** A valid password, used for all accounts. */
export const testPassword = "Motdepasse123!";

export interface TestContextOptions {
  /** Variables in addition to those that every context gets. */
  environment?: Record<string, string>;
  /** Computes every password hash, for tests of its cost. By default hashes are cached: see `rememberingHasher`. */
  hashesAnew?: boolean;
}

const moveSessionsBack: Statement = {
  name: "test_pass_time",
  text: `UPDATE sessions SET
           created_at = created_at - moved.by, expires_at = expires_at - moved.by, revoked_at = revoked_at - moved.by,
           confirmed_at = confirmed_at - moved.by, last_used_at = last_used_at - moved.by,
           wrong_password_at = wrong_password_at - moved.by, second_factor_at = second_factor_at - moved.by,
           used_at = ARRAY(SELECT at - moved.by FROM unnest(used_at) WITH ORDINALITY AS used (at, n) ORDER BY n)
         FROM (SELECT $1::float8 * interval '1 s' AS by) AS moved`,
};

const movePhoneChangesBack: Statement = {
  name: "test_pass_time_of_phone_changes",
  text: `UPDATE phone_changes SET
           created_at = created_at - moved.by, confirmed_at = confirmed_at - moved.by,
           undo_until = undo_until - moved.by, ended_at = ended_at - moved.by
         FROM (SELECT $1::float8 * interval '1 s' AS by) AS moved`,
};

const moveAccountsBack: Statement = {
  name: "test_pass_time_of_accounts",
  text: `UPDATE users SET
           deletion_at = deletion_at - moved.by, second_factor_since = second_factor_since - moved.by
         FROM (SELECT $1::float8 * interval '1 s' AS by) AS moved
         WHERE deletion_at IS NOT NULL OR second_factor_since IS NOT NULL`,
};

export async function createTestContext(options: TestContextOptions = {}): Promise<TestContext> {
  recordSecret(testPassword);
  const config = readConfig({
    NODE_ENV: "test",
    PASSWORD_HASH_QUEUE: "1000",
    SMS_BUDGET: generousSmsBudget,
    ...options.environment,
  });
  const base = await testDatabase({ url: config.databaseUrl });
  const clock = testClock();
  const outbox = createOutbox();
  const refusals: SmsRefusal[] = [];
  const background = createBackground({
    nextDelay: () => 0,
    limit: 1000,
    concurrency: 8,
    onFailure: () => {},
  });
  const keys = {
    token: [testKeys.token],
    code: [Buffer.from(testKeys.code)],
    audit: testKeys.audit,
    encryption: [testKeys.encryption],
  };
  const signing = createSigning(config, {
    database: base.database,
    secrets: keys.encryption,
    random: systemRandom,
    logger: testLogger(),
  });
  await signing.keyFollower.follow();
  const infrastructure: ContextInfrastructure = {
    database: base.database,
    keys,
    ...signing,
    metrics: NO_METRICS,
    actCommitted() {},
    clock,
    random: systemRandom,
    sms: outbox,
    background,
    smsRefused: (refusal) => refusals.push(refusal),
    clearRateLimits: async () => false,
    areLimitsInMemory: () => true,
  };
  const hasher = createPasswordHasher({ concurrency: 2, queueLimit: config.passwords.hashQueue });
  let passedSeconds = 0;
  const overrides = options.hashesAnew ? {} : { hasher: rememberingHasher(hasher) };
  const app = createContext(config, infrastructure, overrides);
  return {
    config,
    infrastructure,
    overrides,
    app,
    clock,
    outbox,
    refusals,
    statements: base.statements,
    testDatabase: base,
    anotherProcess: () => createContext(config, infrastructure, overrides),
    async passTime(seconds) {
      await base.database.run(null, moveSessionsBack, [seconds]);
      await base.database.run(null, movePhoneChangesBack, [seconds]);
      await base.database.run(null, moveAccountsBack, [seconds]);
      passedSeconds += seconds;
      clock.set(addSeconds(systemClock.now(), passedSeconds).toISOString());
    },
    async settle() {
      await background.drain();
      await app.sessionTouches.settle();
    },
    close: () => base.drop(),
  };
}

/** A context for the tests of the describe (or file) that calls this. */
export function useTestContext(options: TestContextOptions & { scope?: FixtureScope } = {}): TestContext {
  return useFixture(
    () => createTestContext(options),
    (context) => context.close(),
    options.scope,
  );
}

let phones = 0;

/** A phone number that no other test uses. */
export function newPhone(): string {
  phones += 1;
  const phone = `+2376${process.pid.toString().padStart(7, "0").slice(-7)}${phones.toString().padStart(3, "0")}`;
  recordSecret(phone);
  return phone;
}

/** A caller who carries no registration, at the address of the tests' clients. */
export const caller = { registration: "", callerAddress: "127.0.0.1" };

/** The input of Register without the phone number. */
export const person = {
  firstName: "John",
  lastName: "Doe",
  password: testPassword,
  passwordConfirm: testPassword,
  email: null,
  address: null,
  apartmentName: null,
  callerAddress: caller.callerAddress,
};

/** Registers a whitelisted phone number; its code is in the outbox. */
export async function registered({ app }: TestContext, phone = newPhone()): Promise<string> {
  await addEntry(app, { phone, notes: "", isActive: true, actor: null });
  await register(app, { ...person, phone });
  return phone;
}

/** An active account. */
export async function activeUser(context: TestContext, phone = newPhone()): Promise<User> {
  await registered(context, phone);
  return activate(context.app, { ...caller, phone, code: context.outbox.codeFor(phone) });
}

/** An active account that has signed in. */
export async function signedIn(context: TestContext): Promise<{ user: User; tokens: TokenPair }> {
  const user = await activeUser(context);
  return login(context.app, { phone: user.phone, password: testPassword });
}

/** The id of a pair's refresh token: the same token has other dates after `passTime`, which moves its issue. */
export function tokenId({ refresh }: Pick<TokenPair, "refresh">): string {
  return String(decodeJwt(refresh).jti);
}

/** Opens a session of an active account and returns its id. */
export async function newSession({ app }: TestContext, phone: string): Promise<string> {
  const { tokens } = await login(app, { phone, password: testPassword });
  return (await app.verifyAccessToken(tokens.access)).sessionId;
}

/** Calls `work` `count` times at once and returns the result of each call, or the message of its error. */
export async function atOnce<T>(count: number, work: (index: number) => Promise<T>): Promise<(T | string)[]> {
  const settled = await Promise.allSettled(Array.from({ length: count }, (_, index) => work(index)));
  return settled.map((result) =>
    result.status === "fulfilled" ? result.value : String(result.reason.message),
  );
}
