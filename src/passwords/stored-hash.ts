import { pbkdf2, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { type Argon2Parameters, argon2 } from "./argon2.js";

/** A stored hash, parsed and cheap enough to verify. */
export interface StoredHash {
  /** Whether Django computed it. */
  isDjango: boolean;
  /** Whether it differs from what we would store today. */
  isOutdated: boolean;
  /** Whether `password` (as UTF-8) has this hash. Occupies one thread of libuv's pool. */
  matches(password: string): Promise<boolean>;
}

/** contract.md, section 6, based on OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one lane. */
export const ARGON2_PARAMETERS: Argon2Parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/**
 * Upper bounds for the parameters of a stored argon2id hash, in KiB, passes and lanes: above Django's 100 MiB, two
 * passes and eight lanes, and far below a harmful cost.
 */
const MAX_ARGON2 = { memoryCost: 131_072, timeCost: 10, parallelism: 16 } as const;

/** Upper bound for the iterations of a stored PBKDF2 hash: twice Django 5.2's default, about a second of one core. */
const MAX_PBKDF2_ITERATIONS = 2_000_000;

/** argon2id in PHC format, with or without Django's algorithm name: 8 to 48 bytes of salt, 16 to 64 of hash. */
const ARGON2_HASH =
  /^(?<django>argon2)?(?<phc>\$argon2id\$v=19\$m=(?<memory>[1-9]\d{0,6}),t=(?<time>[1-9]\d?),p=(?<lanes>[1-9]\d?)\$[A-Za-z0-9+/]{11,64}\$[A-Za-z0-9+/]{22,86})$/;

/** Django's PBKDF2-HMAC-SHA-256: a salt of any text without `$`, which is hashed as it is written, and 32 bytes of hash. */
const PBKDF2_HASH =
  /^pbkdf2_sha256\$(?<iterations>[1-9]\d{0,6})\$(?<salt>[^$\s]{1,64})\$(?<key>[A-Za-z0-9+/]{43}=)$/;

/** The stored hash of an account whose password is void until it is reset: it is of no known format, so none matches. */
export const VOID_PASSWORD_HASH = "!";

const derivePbkdf2Key = promisify(pbkdf2);

/** Parses a hash of a known format; null if `text` is none, or if verifying it would cost too much. */
export function parseStoredHash(text: string): StoredHash | null {
  return parseArgon2(text) ?? parsePbkdf2(text);
}

function parseArgon2(text: string): StoredHash | null {
  const { django, phc, memory, time, lanes } = ARGON2_HASH.exec(text)?.groups ?? {};
  if (phc === undefined) return null;
  const [memoryCost, timeCost, parallelism] = [Number(memory), Number(time), Number(lanes)];
  const isBounded =
    memoryCost >= 8 * parallelism && // Argon2's own lower bound (RFC 9106, section 3.1).
    memoryCost <= MAX_ARGON2.memoryCost &&
    parallelism <= MAX_ARGON2.parallelism &&
    timeCost <= MAX_ARGON2.timeCost;
  if (!isBounded) return null;
  const isDjango = django !== undefined;
  return {
    isDjango,
    isOutdated:
      isDjango ||
      memoryCost !== ARGON2_PARAMETERS.memoryCost ||
      timeCost !== ARGON2_PARAMETERS.timeCost ||
      parallelism !== ARGON2_PARAMETERS.parallelism,
    matches: (password) => argon2.verify(phc, password),
  };
}

function parsePbkdf2(text: string): StoredHash | null {
  const { iterations, salt, key } = PBKDF2_HASH.exec(text)?.groups ?? {};
  if (salt === undefined || key === undefined || Number(iterations) > MAX_PBKDF2_ITERATIONS) return null;
  const expected = Buffer.from(key, "base64");
  return {
    isDjango: true,
    isOutdated: true,
    async matches(password) {
      const derived = await derivePbkdf2Key(password, salt, Number(iterations), expected.length, "sha256");
      return timingSafeEqual(derived, expected);
    },
  };
}

/** What the cost of verifying a hash depends on; null if `text` is no hash that is verified. */
export function hashParameters(text: string): string | null {
  if (!parseStoredHash(text)) return null;
  const { memory, time, lanes } = ARGON2_HASH.exec(text)?.groups ?? {};
  if (memory !== undefined) return `argon2 ${memory} ${time} ${lanes}`;
  return `pbkdf2 ${PBKDF2_HASH.exec(text)?.groups?.iterations}`;
}
