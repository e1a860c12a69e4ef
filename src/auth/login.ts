import type { RecordActs } from "../audit/record.js";
import type { Database, Tx } from "../db/database.js";
import { DomainError } from "../errors.js";
import { type DeviceDeps, renewDevice, secondFactorOf } from "../guessing/device-token.js";
import type { GuessQueue } from "../guessing/guess-queue.js";
import type { LoginCount } from "../guessing/guess-store.js";
import type { RefusalTime } from "../passwords/refusal-time.js";
import { clientName } from "../sessions/client-name.js";
import type { RefreshGrant } from "../sessions/refresh-token.js";
import type { SessionStore } from "../sessions/session-store.js";
import { issueTokenPair, type TokenPair, type TokenPairDeps } from "../sessions/token-pair.js";
import { type PhoneRules, parsePhone } from "../users/phone-number.js";
import { isAdmin, type User } from "../users/user.js";
import {
  type CredentialsAttempt,
  type CredentialsInput,
  countGuess,
  type VerifyCredentialsDeps,
  verifyCredentials,
} from "./verify-credentials.js";

export interface LoginDeps extends TokenPairDeps, VerifyCredentialsDeps, DeviceDeps {
  database: Database;
  guessQueue: GuessQueue;
  refusalTime: RefusalTime;
  sessions: SessionStore;
  record: RecordActs;
  phoneRules: PhoneRules;
  /** Whether the methods for administrators refuse sessions that have not passed the second step. */
  demandsSecondFactor: boolean;
}

export interface LoginInput extends CredentialsInput {
  /** The User-Agent header of the call. */
  client?: string;
}

type LoginAttempt = LoginInput & CredentialsAttempt;

/** A sign-in. */
export interface SignedIn {
  user: User;
  /** Names the device in its next login. */
  device: string;
  tokens: TokenPair;
  /** Whether the account was leaving, and this sign-in has cancelled its deletion. */
  cancelsDeletion: boolean;
  /** Whether the methods for administrators refuse the session until it passes the second step. */
  needsSecondFactor: boolean;
}

/**
 * Opens a session, and ends those beyond the 20 that an account may have. Cancels the deletion of an account that is
 * leaving. The session has passed the second step if the device remembers it. An unknown number takes as long as a wrong
 * password and gets the same error, whatever hash the account has. One hash is compared at most: the account's, or that
 * of a registration that waits.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH, CREDENTIALS_REJECTED, ACCOUNT_NOT_ACTIVATED (only if the
 * password is correct), RATE_LIMITED (too many wrong passwords for the number; nothing was compared) or OVERLOADED.
 */
export async function login(deps: LoginDeps, input: LoginInput): Promise<SignedIn> {
  const phone = parsePhone(deps.phoneRules, input.phone);
  return deps.refusalTime.hold(phone, (turn) => signIn(deps, { ...input, phone, turn }));
}

async function signIn(deps: LoginDeps, input: LoginAttempt): Promise<SignedIn> {
  // No session is opened if number or hash have changed since they were read. A concurrent login that rehashed the
  // password is a harmless cause, so read once more.
  const session = (await openSession(deps, input)) ?? (await openSession(deps, input));
  if (!session) throw new DomainError("CREDENTIALS_REJECTED");
  const { user, newPasswordHash: passwordHash, secondFactorAt, grant, cancelsDeletion } = session;
  const tokens = issueTokenPair(deps, user, grant, grant.issuedAt);
  const device = renewDevice(deps, input.device ?? "", { userId: user.id, passwordHash, secondFactorAt });
  const needsSecondFactor = deps.demandsSecondFactor && isAdmin(user) && secondFactorAt === null;
  return { user, device, tokens, cancelsDeletion, needsSecondFactor };
}

interface OpenedSession extends Pick<SignedIn, "user" | "cancelsDeletion"> {
  newPasswordHash: string;
  /** When the second step was passed on the device, if that still counts. */
  secondFactorAt: Date | null;
  grant: RefreshGrant;
}

/** Returns null if number or hash changed while the password was being verified. */
function openSession(deps: LoginDeps, input: LoginAttempt): Promise<OpenedSession | null> {
  const count = () => countGuess(deps, input);
  return deps.guessQueue.run(input.phone, count, (counted) => openCounted(deps, input, counted));
}

async function openCounted(
  deps: LoginDeps,
  input: LoginAttempt,
  counted: LoginCount,
): Promise<OpenedSession | null> {
  const { user, guess, ...hashes } = await verifyCredentials(deps, input, counted);
  const ids = { id: deps.random.uuid(), userId: user.id, refreshId: deps.random.uuid() };
  const address = input.address ?? "";
  const origin = { client: clientName(input.client ?? ""), address };
  const now = deps.clock.now();
  const owner = { userId: user.id, passwordHash: hashes.passwordHash };
  const secondFactorAt = secondFactorOf(deps, input.device ?? "", owner);
  const proof = { phone: input.phone, ...hashes, loggedInAt: now, secondFactorAt };
  const opened = await deps.database.transaction(async (tx) => {
    const session = await deps.sessions.open(tx, { ...ids, ...origin }, proof);
    if (!session) return null;
    await deps.guesses.know(tx, { userId: user.id, address, guess, now });
    await endSurplus(deps, tx, ids);
    const act = { accountId: user.id, at: now, actor: { kind: "owner" } } as const;
    if (session.cancelsDeletion) await deps.record(tx, { ...act, action: "deletion_cancelled" });
    return session;
  });
  if (!opened) {
    await deps.guesses.takeBack(null, guess);
    return null;
  }
  const { issuedAt, expiresAt, ...outcome } = opened;
  const grant = { id: ids.refreshId, sessionId: ids.id, userId: user.id, issuedAt, expiresAt };
  return { user, newPasswordHash: hashes.newPasswordHash, grant, ...outcome };
}

/** Ends the sessions that are too many with the one just opened. */
async function endSurplus(
  deps: LoginDeps,
  tx: Tx,
  { id, userId }: { id: string; userId: number },
): Promise<void> {
  const ended = await deps.sessions.endSurplus(tx, userId, id);
  if (ended.length === 0) return;
  await deps.record(tx, {
    accountId: userId,
    at: deps.clock.now(),
    actor: { kind: "system" },
    action: "session_ended",
    sessionId: ended.length === 1 ? ended[0]! : null,
    sessionCount: ended.length,
  });
}
