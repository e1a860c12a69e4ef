import type { Database, Statement, Tx } from "../db/database.js";
import { type CodeBinding, MAX_ATTEMPTS, type Purpose } from "./code.js";

/** A code as it is kept. */
export interface StoredCode extends CodeBinding {
  codeDigest: Buffer;
  tokenDigest: Buffer;
  /** Where it was sent. */
  phone: string;
  issuedAt: Date;
  expiresAt: Date;
}

/** A live code, found by the token of its link. */
export interface VerificationLink extends CodeBinding {
  codeDigest: Buffer;
  phone: string;
  /** Five wrong tries were counted. */
  isLocked: boolean;
}

/** Whom a code is for. */
export interface Recipient {
  userId: number;
  purpose: Purpose;
  /** Where the code goes. */
  phone: string;
  /** The session that asks for the code, which must not have ended; absent: none has to. */
  sessionId?: string;
}

/** Keeps the codes that were sent. Of one user and purpose, only the newest counts. */
export interface CodeStore {
  /**
   * Whether the code's account is still what the code is for, and the session that asks for it open; until `tx`
   * ends, the account stays so. An activation code is for an account that was never active, any other for an
   * active one; the number is the account's own but for a phone change.
   */
  lockRecipient(tx: Tx, recipient: Recipient): Promise<boolean>;
  add(tx: Tx | null, code: StoredCode): Promise<void>;
  /** Takes back a code that was never delivered; the one before it counts again. */
  remove(tx: Tx | null, id: string): Promise<void>;
  /** The live code behind a link, locked or not. */
  findByToken(
    tx: Tx | null,
    tokenDigest: Buffer,
    purpose: Purpose,
    now: Date,
  ): Promise<VerificationLink | null>;
  /**
   * Counts a try before anything is compared, so that however many callers there are, a code is compared at
   * most MAX_ATTEMPTS times. False when the code is locked, spent, superseded or expired.
   */
  countAttempt(tx: Tx | null, id: string, now: Date): Promise<boolean>;
  /** Takes a counted try back. */
  refundAttempt(tx: Tx | null, id: string): Promise<void>;
  /** Whether the code is still kept: neither spent nor voided. */
  exists(tx: Tx | null, id: string): Promise<boolean>;
  /** Spends a code; false for all callers but the first. */
  consume(tx: Tx, id: string): Promise<boolean>;
  /** Voids every code of the user. */
  voidAll(tx: Tx, userId: number): Promise<void>;
  /** Forgets codes that expired before `before`. */
  purge(tx: Tx | null, before: Date): Promise<void>;
}

const IS_NEWEST = `NOT EXISTS (
  SELECT FROM codes AS newer
  WHERE newer.user_id = codes.user_id AND newer.purpose = codes.purpose AND newer.number > codes.number
)`;

const lockAccount: Statement = {
  name: "codes_lock_account",
  text: `SELECT FROM users WHERE id = $1 AND deactivated_at IS NULL
           AND is_active = ($2 <> 'activation') AND ($2 = 'phone_change' OR phone = $3)
         FOR SHARE`,
};
// A statement of its own: what a change of the account has ended is seen only after the lock was granted.
const isSessionOpen: Statement = {
  name: "codes_is_session_open",
  text: "SELECT FROM sessions WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL",
};
const add: Statement = {
  name: "codes_add",
  text: `INSERT INTO codes (id, user_id, purpose, code_digest, token_digest, phone, issued_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
};
const remove: Statement = { name: "codes_remove", text: "DELETE FROM codes WHERE id = $1" };
const findByToken: Statement = {
  name: "codes_find_by_token",
  text: `SELECT id, user_id, purpose, code_digest, phone, attempts >= ${MAX_ATTEMPTS} AS is_locked FROM codes
         WHERE token_digest = $1 AND purpose = $2 AND expires_at > $3 AND ${IS_NEWEST}`,
};
const countTry: Statement = {
  name: "codes_count_try",
  text: `UPDATE codes SET attempts = attempts + 1
         WHERE id = $1 AND expires_at > $2 AND attempts < ${MAX_ATTEMPTS} AND ${IS_NEWEST}
         RETURNING id`,
};
const returnTry: Statement = {
  name: "codes_return_try",
  text: "UPDATE codes SET attempts = attempts - 1 WHERE id = $1 AND attempts > 0",
};
const exists: Statement = { name: "codes_exists", text: "SELECT FROM codes WHERE id = $1" };
const spend: Statement = { name: "codes_spend", text: "DELETE FROM codes WHERE id = $1 RETURNING id" };
const voidAll: Statement = { name: "codes_void_all", text: "DELETE FROM codes WHERE user_id = $1" };
const purge: Statement = { name: "codes_purge", text: "DELETE FROM codes WHERE expires_at < $1" };

interface LinkedRow {
  id: string;
  user_id: number;
  purpose: Purpose;
  code_digest: Buffer;
  phone: string;
  is_locked: boolean;
}

export function createCodeStore(database: Database): CodeStore {
  return {
    async lockRecipient(tx, { userId, purpose, phone, sessionId }) {
      if ((await database.run(tx, lockAccount, [userId, purpose, phone])).length === 0) return false;
      if (sessionId === undefined) return true;
      return (await database.run(tx, isSessionOpen, [sessionId, userId])).length > 0;
    },
    async add(tx, code) {
      await database.run(tx, add, [
        code.id,
        code.userId,
        code.purpose,
        code.codeDigest,
        code.tokenDigest,
        code.phone,
        code.issuedAt,
        code.expiresAt,
      ]);
    },
    async remove(tx, id) {
      await database.run(tx, remove, [id]);
    },
    async findByToken(tx, tokenDigest, purpose, now) {
      const [row] = await database.run<LinkedRow>(tx, findByToken, [tokenDigest, purpose, now]);
      if (!row) return null;
      return {
        id: row.id,
        userId: row.user_id,
        purpose: row.purpose,
        codeDigest: row.code_digest,
        phone: row.phone,
        isLocked: row.is_locked,
      };
    },
    async countAttempt(tx, id, now) {
      return (await database.run(tx, countTry, [id, now])).length > 0;
    },
    async refundAttempt(tx, id) {
      await database.run(tx, returnTry, [id]);
    },
    async exists(tx, id) {
      return (await database.run(tx, exists, [id])).length > 0;
    },
    async consume(tx, id) {
      return (await database.run(tx, spend, [id])).length > 0;
    },
    async voidAll(tx, userId) {
      await database.run(tx, voidAll, [userId]);
    },
    async purge(tx, before) {
      await database.run(tx, purge, [before]);
    },
  };
}
