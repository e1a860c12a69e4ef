import { createHmac } from "node:crypto";
import { type DomainError, rateLimitedUntil } from "../errors.js";
import { networkKey } from "../system/address-key.js";
import { addSeconds } from "../system/clock.js";

/** Passwords compared in 24 hours for one number: of all unknown callers together, and of each known one. */
export const DAILY_GUESSES = { unknown: 100, known: 30 } as const;
/** Time (s) that a wrong password counts. */
export const GUESS_SECONDS = 86_400;
/** From this wrong password in a row, a number and network waits. */
export const FIRST_WAIT_AT = 10;
/** The first wait (s), and the longest; each wait is twice as long as the one before. */
export const FIRST_WAIT_SECONDS = 60;
export const LONGEST_WAIT_SECONDS = 3600;
/** Time (s) that an address is known after a sign-in or a right code: 30 days. */
export const KNOWN_SECONDS = 2_592_000;
/** An account knows the latest ten addresses. */
export const KNOWN_ADDRESSES = 10;

/** Numbers share this many buckets; a full table has as many rows. */
const BUCKETS = 2 ** 20;

/** A password that was counted as wrong before it is compared, for a caller whom the account knows or for all others. */
export type CountedGuess = KnownGuess | UnknownGuess;

interface Guess {
  at: Date;
  /** The wrong passwords of the last 24 hours in this count, with this one. */
  count: number;
}

interface KnownGuess extends Guess {
  isKnown: true;
  userId: number;
  /** The address or device that it counts for. */
  caller: string;
}

interface UnknownGuess extends Guess, GuessPlace {
  isKnown: false;
}

/** The count of a number, and the network in it. */
export interface GuessPlace {
  bucket: number;
  /** A signed 64-bit number. */
  network: string;
}

/** What a count held when it refused a password. */
export interface FullCount {
  isKnown: boolean;
  count: number;
  /** The first of them. */
  oldest: Date;
  /** Those of the caller's network, in a row. */
  inARow: number;
  /** The last of these. */
  last: Date;
}

/** The count of `phone` and the network of an address. A number without an account has one like every other. */
export function guessPlace(key: Uint8Array, phone: string, address: string): GuessPlace {
  const digest = (text: string) => createHmac("sha256", key).update(text).digest();
  const bucket = digest(`guesses:${phone}`).readUInt32BE(0) % BUCKETS;
  const network = digest(`guessing network:${bucket}:${networkKey(address)}`).readBigInt64BE(0);
  return { bucket, network: network.toString() };
}

const DEVICE_PREFIX = "device:";

/** How an account knows a device. */
export function deviceCaller(deviceId: Buffer): string {
  return `${DEVICE_PREFIX}${deviceId.toString("base64url")}`;
}

/** The address of a known caller; null for a device. */
export function addressOf(caller: string): string | null {
  return caller.startsWith(DEVICE_PREFIX) ? null : caller;
}

/** RATE_LIMITED for a password that was not counted and must not be compared. */
export function tooManyGuesses({ isKnown, count, oldest, inARow, last }: FullCount, now: Date): DomainError {
  const limit = isKnown ? DAILY_GUESSES.known : DAILY_GUESSES.unknown;
  const isUsedUp = count >= limit;
  const hasRoomAt = isUsedUp ? addSeconds(oldest, GUESS_SECONDS) : addSeconds(last, waitSeconds(inARow));
  return rateLimitedUntil(hasRoomAt, {
    limit: isUsedUp ? limit : FIRST_WAIT_AT,
    countsGuesses: true,
    now,
  });
}

/** The wait after so many wrong passwords in a row; 0 before the first. The statements compute the same. */
function waitSeconds(inARow: number): number {
  if (inARow < FIRST_WAIT_AT) return 0;
  return Math.min(FIRST_WAIT_SECONDS * 2 ** (inARow - FIRST_WAIT_AT), LONGEST_WAIT_SECONDS);
}
