import { Op } from "sequelize";
import type { Database, Statement, Tx } from "../db/database.js";
import type { CodeRow } from "../db/models/code.js";
import { type CodeBinding, MAX_ATTEMPTS, type Purpose } from "./code.js";

/** A code as it is stored. */
interface StoredCode extends CodeBinding {
  codeDigest: Buffer;
  tokenDigest: Buffer;
  /** The number it is sent to. */
  phone: string;
  issuedAt: Date;
  expiresAt: Date;
}

/** A live code, found by the token of its link. */
export interface VerificationLink extends CodeBinding {
  codeDigest: Buffer;
  phone: string;
  /** True once MAX_ATTEMPTS attempts were counted. */
  isLocked: boolean;
}

/** The recipient of a code. */
export interface Recipient {
  userId: number;
  purpose: Purpose;
  /** The number that the code is sent to. */
  phone: string;
  /** The session that requests the code, which must be open; absent: no session is required. */
  sessionId?: string;
}

/** Stores the codes that were sent. Only the newest code for a user and purpose is valid. */
export interface CodeStore {
  /**
   * Locks the recipient's account until `tx` ends. Returns whether the account still qualifies for the code and the
   * requesting session is open. An activation code is for an account that was never active, any other code for an
   * active one. The number must be the account's own, except for a phone change.
   */
  lockRecipient(tx: Tx, recipient: Recipient): Promise<boolean>;
  add(tx: Tx | null, code: StoredCode): Promise<void>;
  /** Removes a code that was never delivered; the previous one becomes valid again. */
  remove(tx: Tx | null, id: string): Promise<void>;
  /** Finds the live code of a link, locked or not. */
  findByToken(
    tx: Tx | null,
    tokenDigest: Buffer,
    purpose: Purpose,
    now: Date,
  ): Promise<VerificationLink | null>;
  /**
   * Counts an attempt before anything is compared, so that a code is compared at most MAX_ATTEMPTS times, however many
   * callers there are. False when the code is locked, consumed, superseded or expired.
   */
  countAttempt(tx: Tx | null, id: string, now: Date): Promise<boolean>;
  /** Takes back a counted attempt. */
  refundAttempt(tx: Tx | null, id: string): Promise<void>;
  /** Whether the code is still stored: neither consumed nor voided. */
  exists(tx: Tx | null, id: string): Promise<boolean>;
  /** Consumes a code; false for every caller but the first. */
  consume(tx: Tx, id: string): Promise<boolean>;
  /** Voids every code of the user. */
  voidAll(tx: Tx, userId: number): Promise<void>;
  /** Deletes codes that expired before `before`. */
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
// A separate statement, because its snapshot must be taken after the lock is granted: only then does it see sessions
// that a concurrent change of the account has ended.
const isSessionOpen: Statement = {
  name: "codes_is_session_open",
  text: "SELECT FROM sessions WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL",
};
const findByToken: Statement = {
  name: "codes_find_by_token",
  text: `SELECT id, user_id, purpose, code_digest, phone, attempts >= ${MAX_ATTEMPTS} AS is_locked FROM codes
         WHERE token_digest = $1 AND purpose = $2 AND expires_at > $3 AND ${IS_NEWEST}`,
};
const countAttempt: Statement = {
  name: "codes_count_attempt",
  text: `UPDATE codes SET attempts = attempts + 1
         WHERE id = $1 AND expires_at > $2 AND attempts < ${MAX_ATTEMPTS} AND ${IS_NEWEST}
         RETURNING id`,
};
const refundAttempt: Statement = {
  name: "codes_refund_attempt",
  text: "UPDATE codes SET attempts = attempts - 1 WHERE id = $1 AND attempts > 0",
};
const consume: Statement = { name: "codes_consume", text: "DELETE FROM codes WHERE id = $1 RETURNING id" };

interface LinkRow extends Pick<CodeRow, "id" | "user_id" | "code_digest" | "phone"> {
  purpose: Purpose;
  is_locked: boolean;
}

export function createCodeStore(database: Database): CodeStore {
  const { codes } = database.models;
  return {
    async lockRecipient(tx, { userId, purpose, phone, sessionId }) {
      if ((await database.run(tx, lockAccount, [userId, purpose, phone])).length === 0) return false;
      if (sessionId === undefined) return true;
      return (await database.run(tx, isSessionOpen, [sessionId, userId])).length > 0;
    },
    async add(tx, code) {
      const row = {
        id: code.id,
        user_id: code.userId,
        purpose: code.purpose,
        code_digest: code.codeDigest,
        token_digest: code.tokenDigest,
        phone: code.phone,
        issued_at: code.issuedAt,
        expires_at: code.expiresAt,
      };
      await codes.create(row, { returning: false, transaction: tx });
    },
    async remove(tx, id) {
      await codes.destroy({ where: { id }, transaction: tx });
    },
    async findByToken(tx, tokenDigest, purpose, now) {
      const [row] = await database.run<LinkRow>(tx, findByToken, [tokenDigest, purpose, now]);
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
      return (await database.run(tx, countAttempt, [id, now])).length > 0;
    },
    async refundAttempt(tx, id) {
      await database.run(tx, refundAttempt, [id]);
    },
    async exists(tx, id) {
      const row = await codes.findOne({ attributes: ["id"], where: { id }, raw: true, transaction: tx });
      return row !== null;
    },
    async consume(tx, id) {
      return (await database.run(tx, consume, [id])).length > 0;
    },
    async voidAll(tx, userId) {
      await codes.destroy({ where: { user_id: userId }, transaction: tx });
    },
    async purge(tx, before) {
      await codes.destroy({ where: { expires_at: { [Op.lt]: before } }, transaction: tx });
    },
  };
}
