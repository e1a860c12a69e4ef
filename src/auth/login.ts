import type { RecordActs } from "../audit/record.js";
import type { Database, Tx } from "../db/database.js";
import { DomainError } from "../errors.js";
import type { PasswordHasher } from "../passwords/password-hash.js";
import { waitingSince } from "../registrations/find-registration.js";
import { networkOf } from "../registrations/registration.js";
import type { RegistrationStore } from "../registrations/registration-store.js";
import { clientName } from "../sessions/client-name.js";
import type { RefreshGrant } from "../sessions/refresh-token.js";
import type { SessionStore } from "../sessions/session-store.js";
import { issueTokenPair, type TokenPair, type TokenPairDeps } from "../sessions/token-pair.js";
import type { Clock } from "../system/clock.js";
import type { Random } from "../system/random.js";
import { type PhoneRules, parsePhone } from "../users/phone-number.js";
import type { User } from "../users/user.js";
import type { UserStore } from "../users/user-store.js";

export interface LoginDeps extends TokenPairDeps {
  database: Pick<Database, "transaction">;
  users: UserStore;
  registrations: RegistrationStore;
  sessions: SessionStore;
  hasher: PasswordHasher;
  clock: Clock;
  random: Random;
  phoneRules: PhoneRules;
  record: RecordActs;
}

export interface LoginInput {
  phone: string;
  password: string;
  /** The User-Agent header of the call. */
  client?: string;
  /** The caller's IP address. */
  address?: string;
}

/**
 * Opens a session, and ends those beyond the 20 that an account may have. An unknown number takes as long as a wrong
 * password and gets the same error. One hash is compared at most: the account's, or that of a registration that waits.
 *
 * Throws PHONE_REQUIRED, PHONE_INVALID, PHONE_LENGTH, CREDENTIALS_REJECTED, ACCOUNT_NOT_ACTIVATED (only if the
 * password is correct) or OVERLOADED.
 */
export async function login(deps: LoginDeps, input: LoginInput): Promise<{ user: User; tokens: TokenPair }> {
  const phone = parsePhone(deps.phoneRules, input.phone);
  // No session is opened if number or hash have changed since they were read. A concurrent login that rehashed the
  // password is a harmless cause, so read once more.
  const session = (await openSession(deps, phone, input)) ?? (await openSession(deps, phone, input));
  if (!session) throw new DomainError("CREDENTIALS_REJECTED");
  const { user, grant } = session;
  return { user, tokens: await issueTokenPair(deps, user, grant, grant.issuedAt) };
}

/** Returns null if number or hash changed while the password was being verified. */
async function openSession(
  deps: LoginDeps,
  phone: string,
  input: LoginInput,
): Promise<{ user: User; grant: RefreshGrant } | null> {
  const { user, ...hashes } = await verifyCredentials(deps, phone, input);
  const ids = { id: deps.random.uuid(), userId: user.id, refreshId: deps.random.uuid() };
  const origin = { client: clientName(input.client ?? ""), address: input.address ?? "" };
  const proof = { phone, ...hashes, loggedInAt: deps.clock.now() };
  const times = await deps.database.transaction(async (tx) => {
    const opened = await deps.sessions.open(tx, { ...ids, ...origin }, proof);
    if (opened) await endSurplus(deps, tx, ids);
    return opened;
  });
  return times && { user, grant: { id: ids.refreshId, sessionId: ids.id, userId: user.id, ...times } };
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

async function verifyCredentials(deps: LoginDeps, phone: string, input: LoginInput) {
  const { password } = input;
  const account = await deps.users.findByPhone(null, phone);
  if (!account) throw await refusalWithoutAccount(deps, phone, input);
  const { user, passwordHash } = account;
  const { ok, needsRehash } = await deps.hasher.verify(passwordHash, password);
  if (!ok) throw new DomainError("CREDENTIALS_REJECTED");
  if (!user.isActive) throw new DomainError("ACCOUNT_NOT_ACTIVATED");
  // A failed rehash must not fail a correct login; the next login tries again.
  const newPasswordHash = needsRehash
    ? await deps.hasher.hash(password).catch(() => passwordHash)
    : passwordHash;
  return { user, passwordHash, newPasswordHash };
}

/** The error for a number without an account. With the password of a registration it says that this is not activated. */
async function refusalWithoutAccount(
  deps: LoginDeps,
  phone: string,
  { password, address = "" }: LoginInput,
): Promise<DomainError> {
  const login = { phone, network: networkOf(address), since: waitingSince(deps.clock.now()) };
  const passwordHash = await deps.registrations.findPasswordHash(null, login);
  if (passwordHash === null) await deps.hasher.verifyNothing(password);
  const isCorrect = passwordHash !== null && (await deps.hasher.verify(passwordHash, password)).ok;
  return new DomainError(isCorrect ? "ACCOUNT_NOT_ACTIVATED" : "CREDENTIALS_REJECTED");
}
