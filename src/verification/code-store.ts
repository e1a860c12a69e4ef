import type { Database, Tx } from "../db/database.js";
import { deleteBatch } from "../db/delete-batch.js";
import type { CodeRow } from "../db/models/code.js";
import type { OuterJoined } from "../db/models/columns.js";
import type { Operation } from "../sms/sms-gateway.js";
import { MAX_ATTEMPTS } from "./code.js";
import {
  add,
  consume,
  countAttempt,
  findByToken,
  findNewest,
  findSent,
  findValid,
  isSessionOpen,
  lockAccount,
  purge,
  refundAttempt,
  remove,
} from "./code-statements.js";

/** A code of an account. Each time a code is sent it has a new id. */
interface CodeIssue {
  id: string;
  userId: number;
  purpose: Operation;
}

/** A code as it is stored. */
interface StoredCode extends CodeIssue {
  codeDigest: Buffer;
  /** Null: the code has no link. */
  tokenDigest: Buffer | null;
  /** The number it is sent to. */
  phone: string;
  issuedAt: Date;
  expiresAt: Date;
}

/** A code that is live: neither used nor replaced, and unexpired. */
export interface LiveCode extends CodeIssue {
  codeDigest: Buffer;
  phone: string;
  /** True once MAX_ATTEMPTS attempts were counted. */
  isLocked: boolean;
}

/** The recipient of a code. */
export interface Recipient {
  userId: number;
  purpose: Operation;
  /** The number that the code is sent to. */
  phone: string;
  /** The session that requests the code, which must be open; absent: no session is required. */
  sessionId?: string;
}

/** The code sent last. */
interface NewestCode {
  id: string;
  expiresAt: Date;
  /** Attempts counted at the codes of its series. */
  attempts: number;
}

/** A valid code, as administrators see it. */
export interface ValidCode extends Pick<StoredCode, "purpose" | "phone" | "issuedAt" | "expiresAt"> {
  /** Attempts that are left at the codes of its series. 0: it is locked. */
  attemptsLeft: number;
}

/**
 * Stores the codes that were sent. Codes for one user, purpose and number that are sent one after another are a series,
 * with one count of attempts. A code is valid until it expires, or until OVERLAPPING_CODES newer ones were sent, or a
 * newer series began.
 */
export interface CodeStore {
  /**
   * Locks the recipient's account until `tx` ends. Returns whether the account still qualifies for the code and the
   * requesting session is open. The account must be active, and not leaving except for a password reset; and the number
   * its own, except for a phone change.
   */
  lockRecipient(tx: Tx, recipient: Recipient): Promise<boolean>;
  /**
   * Adds a code to the series of the newest one, if that one is unexpired, went to the same number and isn't locked;
   * otherwise it begins a series, and earlier codes are no longer valid. Returns the attempts counted at the series.
   * Call it with the locks of the number (`SmsQuotaStore.lock`) and of the recipient held.
   */
  add(tx: Tx, code: StoredCode): Promise<number>;
  /**
   * Removes a code that was never delivered; the ones before it become valid again. While other transactions may add
   * codes to its series, call it with the lock of the number held.
   */
  remove(tx: Tx, id: string): Promise<void>;
  /** Finds the valid code of a link, locked or not. */
  findByToken(tx: Tx | null, tokenDigest: Buffer, purpose: Operation, now: Date): Promise<LiveCode | null>;
  /** The valid codes that were sent to a recipient, of one series, newest first, locked or not. */
  findSent(tx: Tx | null, recipient: Recipient, now: Date): Promise<LiveCode[]>;
  /** The newest code for the user and purpose; null if it has expired, or went to another number. */
  findNewest(tx: Tx | null, recipient: Recipient, now: Date): Promise<NewestCode | null>;
  /** The valid codes of a user, locked or not, newest first. */
  findValid(tx: Tx | null, userId: number, now: Date): Promise<ValidCode[]>;
  /**
   * Counts an attempt before anything is compared, so that the codes of a series are compared at most MAX_ATTEMPTS times
   * in all, however many callers and codes there are. False when the code is locked, or no longer valid.
   */
  countAttempt(tx: Tx | null, id: string, now: Date): Promise<boolean>;
  /** Takes back a counted attempt. */
  refundAttempt(tx: Tx | null, id: string): Promise<void>;
  /** Locks the user's account until `tx` ends, and consumes a code and its series; false for every caller but the first. */
  consume(tx: Tx, code: Pick<CodeIssue, "id" | "userId">): Promise<boolean>;
  /** Voids every code of the user, or only those of one purpose. */
  voidAll(tx: Tx, userId: number, purpose?: Operation): Promise<void>;
  /** Deletes codes that expired before `before`, a batch of them; true if there may be more. */
  purge(tx: Tx | null, before: Date): Promise<boolean>;
}

interface LiveRow extends Pick<CodeRow, "id" | "user_id" | "code_digest" | "phone"> {
  purpose: Operation;
  is_locked: boolean;
}

const toLiveCode = (row: LiveRow): LiveCode => ({
  id: row.id,
  userId: row.user_id,
  purpose: row.purpose,
  codeDigest: row.code_digest,
  phone: row.phone,
  isLocked: row.is_locked,
});

export function createCodeStore(database: Database): CodeStore {
  const { codes } = database.models;
  return {
    async lockRecipient(tx, { userId, purpose, phone, sessionId }) {
      if ((await database.run(tx, lockAccount, [userId, purpose, phone])).length === 0) return false;
      if (sessionId === undefined) return true;
      return (await database.run(tx, isSessionOpen, [sessionId, userId])).length > 0;
    },
    async add(tx, code) {
      const { id, userId, purpose, phone, codeDigest, tokenDigest, issuedAt, expiresAt } = code;
      const values = [userId, purpose, phone, issuedAt, id, codeDigest, tokenDigest, expiresAt];
      const [row] = await database.run<OuterJoined<Pick<CodeRow, "attempts">>>(tx, add, values);
      return row?.attempts ?? 0;
    },
    async remove(tx, id) {
      await database.run(tx, remove, [id]);
    },
    async findByToken(tx, tokenDigest, purpose, now) {
      const [row] = await database.run<LiveRow>(tx, findByToken, [tokenDigest, purpose, now]);
      return row ? toLiveCode(row) : null;
    },
    async findSent(tx, { userId, purpose, phone }, now) {
      const rows = await database.run<LiveRow>(tx, findSent, [userId, purpose, phone, now]);
      return rows.map(toLiveCode);
    },
    async findNewest(tx, { userId, purpose, phone }, now) {
      type Row = Pick<CodeRow, "id" | "expires_at" | "attempts">;
      const [row] = await database.run<Row>(tx, findNewest, [userId, purpose, phone, now]);
      return row ? { id: row.id, expiresAt: row.expires_at, attempts: row.attempts } : null;
    },
    async findValid(tx, userId, now) {
      type Row = Pick<CodeRow, "phone" | "issued_at" | "expires_at" | "attempts"> & { purpose: Operation };
      const rows = await database.run<Row>(tx, findValid, [userId, now]);
      return rows.map(({ issued_at: issuedAt, expires_at: expiresAt, attempts, ...code }) => {
        return { ...code, issuedAt, expiresAt, attemptsLeft: Math.max(0, MAX_ATTEMPTS - attempts) };
      });
    },
    async countAttempt(tx, id, now) {
      return (await database.run(tx, countAttempt, [id, now])).length > 0;
    },
    async refundAttempt(tx, id) {
      await database.run(tx, refundAttempt, [id]);
    },
    async consume(tx, { id, userId }) {
      const rows = await database.run<Pick<CodeRow, "id">>(tx, consume, [id, userId]);
      return rows.some((row) => row.id === id);
    },
    async voidAll(tx, userId, purpose) {
      const where = { user_id: userId, ...(purpose && { purpose }) };
      await codes.destroy({ where, transaction: tx });
    },
    async purge(tx, before) {
      return deleteBatch(database, tx, purge, [before]);
    },
  };
}
