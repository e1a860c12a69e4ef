import { DomainError } from "../errors.js";
import { readDevice } from "../guessing/device-token.js";
import { type CountedGuess, guessPlace, tooManyGuesses } from "../guessing/guess.js";
import type { GuessStore, LoginCount } from "../guessing/guess-store.js";
import { type NoticeGuessingDeps, noticeGuessing } from "../guessing/notice-guessing.js";
import type { GuessTurn } from "../passwords/guess-turns.js";
import type { HashCaller, PasswordHasher } from "../passwords/password-hash.js";
import { waitingSince } from "../registrations/find-registration.js";
import type { RegistrationStore } from "../registrations/registration-store.js";
import { knownAddressKey } from "../system/address-key.js";
import type { Clock } from "../system/clock.js";
import type { User } from "../users/user.js";
import type { Credentials } from "../users/user-store.js";

export interface VerifyCredentialsDeps extends NoticeGuessingDeps {
  guesses: GuessStore;
  registrations: RegistrationStore;
  hasher: PasswordHasher;
  clock: Clock;
  /** HMAC key of new device tokens and of the counts of wrong passwords. */
  codeKey: Uint8Array;
  /** Each may be the key of a device token. */
  codeKeys: readonly Uint8Array[];
}

export interface CredentialsInput {
  phone: string;
  password: string;
  /** The device that an earlier login returned. */
  device?: string;
  /** The caller's IP address. */
  address?: string;
}

/** Credentials that are compared in the turn of their login. */
export interface CredentialsAttempt extends CredentialsInput {
  /** In the normal form. */
  phone: string;
  turn: GuessTurn;
}

/** A right password of an active account, whose guess is still to be taken back. */
interface VerifiedLogin {
  user: User;
  passwordHash: string;
  newPasswordHash: string;
  guess: CountedGuess;
}

/**
 * Compares a password that was counted as wrong. Throws RATE_LIMITED (it was not counted), CREDENTIALS_REJECTED,
 * ACCOUNT_NOT_ACTIVATED (only if the password is correct) or OVERLOADED.
 */
export async function verifyCredentials(
  deps: VerifyCredentialsDeps,
  input: CredentialsAttempt,
  { account, guess, full }: LoginCount,
): Promise<VerifiedLogin> {
  if (!guess) {
    if (account) noticeGuessing(deps, account.user, full);
    throw tooManyGuesses(full, deps.clock.now());
  }
  const caller = guess.isKnown ? "owner" : "stranger";
  const compared = input.turn.run(() => compare(deps, input, { account, caller }));
  const { ok, needsRehash } = await compared.catch(async (error: unknown) => {
    await deps.guesses.takeBack(null, guess);
    throw error;
  });
  if (!ok) {
    if (account) noticeGuessing(deps, account.user, guess);
    throw new DomainError("CREDENTIALS_REJECTED");
  }
  if (!account?.user.isActive) {
    await deps.guesses.restart(null, guess);
    throw new DomainError("ACCOUNT_NOT_ACTIVATED");
  }
  const { user, passwordHash } = account;
  // A failed rehash must not fail a correct login; the next login tries again.
  const newPasswordHash = needsRehash
    ? await deps.hasher.hash(input.password, "owner").catch(() => passwordHash)
    : passwordHash;
  return { user, passwordHash, newPasswordHash, guess };
}

/**
 * Looks the account up, and counts the password before it is compared. That of a stranger takes its turn at the number; an
 * owner doesn't wait for strangers.
 */
export async function countGuess(
  deps: VerifyCredentialsDeps,
  { phone, address = "", device = "", turn }: CredentialsAttempt,
): Promise<LoginCount> {
  const now = deps.clock.now();
  const counted = await deps.guesses.countLogin(null, {
    phone,
    address,
    device: readDevice(deps.codeKeys, device, now),
    place: guessPlace(deps.codeKey, phone, address),
    now,
  });
  const { isKnown } = counted.guess ?? counted.full;
  if (!isKnown) turn.take(counted.guess !== null);
  return counted;
}

/** Compares with one hash: the account's, else that of a registration that waits, else none. */
async function compare(
  deps: VerifyCredentialsDeps,
  { phone, password, address = "" }: CredentialsInput,
  { account, caller }: { account: Credentials | null; caller: HashCaller },
): Promise<{ ok: boolean; needsRehash: boolean }> {
  if (account) return deps.hasher.verify(account.passwordHash, password, caller);
  const login = { phone, network: knownAddressKey(address), since: waitingSince(deps.clock.now()) };
  const passwordHash = await deps.registrations.findPasswordHash(null, login);
  if (passwordHash !== null) return deps.hasher.verify(passwordHash, password);
  await deps.hasher.verifyNothing(password);
  return { ok: false, needsRehash: false };
}
