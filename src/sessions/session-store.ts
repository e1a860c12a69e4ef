import type { Database, Tx } from "../db/database.js";
import { deleteBatch } from "../db/delete-batch.js";
import type { SessionRow } from "../db/models/session.js";
import type { User } from "../users/user.js";
import { toUser, type UserAttributes } from "../users/user-row.js";
import type { ListedSession } from "./listed-session.js";
import type { NewSession, OpenedSession, TokenTimes, VerifiedCredentials } from "./new-session.js";
import type { OpenSession, SessionTouch } from "./open-session.js";
import * as statements from "./session-statements.js";

/** How long sessions and their tokens last, in seconds. */
export interface SessionLifetimes {
  refreshTtlSeconds: number;
  /** Grace period in which a used refresh token gets its successor again. */
  reuseGraceSeconds: number;
  /** A session ends this long after its sign-in at the latest, however often it is used. */
  sessionMaxAgeSeconds: number;
}

/** The use of a refresh token. */
export interface RefreshTokenUse {
  sessionId: string;
  userId: number;
  /** The token's id. */
  refreshId: string;
  /** When the call was received. Times of sessions are the database's, but a token isn't late if its call was not. */
  receivedAt: Date;
}

/** A used token's successor: the session's valid token from now on, or the one that an earlier use returned. */
interface Successor extends TokenTimes {
  id: string;
  user: User;
  /** The database's time. */
  now: Date;
}

export interface SessionStore {
  /**
   * Opens a session and records the login if account, number and hash are still the ones that were verified. Returns
   * null if they have changed since, so that a session never outlives what it was opened with, or if the account is to be
   * erased by now. Cancels the deletion of an account that is leaving. Locks the account until the end of the transaction.
   */
  open(tx: Tx | null, session: NewSession, proof: VerifiedCredentials): Promise<OpenedSession | null>;
  /**
   * Ends the open sessions beyond the 20 that an account may have, and returns their ids. Never `newId`, which must have
   * been opened in the same transaction; of the others those that were never refreshed first, oldest first, then those
   * that were not used for the longest time.
   */
  endSurplus(tx: Tx, userId: number, newId: string): Promise<string[]>;
  /** One statement: the session if it is open, "ended" if it never will be again, null if its account is inactive. */
  find(tx: Tx | null, sessionId: string, userId: number): Promise<OpenSession | "ended" | null>;
  /** The open sessions of the user: `currentId`, if it is one of them, then the others, latest use first. */
  list(tx: Tx | null, userId: number, currentId: string | null): Promise<ListedSession[]>;
  /** Records what a call showed. One statement; writes nothing that is already known. */
  touch(tx: Tx | null, touch: SessionTouch): Promise<void>;
  /**
   * Uses a refresh token. One statement: of concurrent callers one rotates the token, the others get its result. Returns
   * null, and changes nothing, if the token isn't accepted: it was reused, the session is over or the account inactive.
   * `nextRefreshId` becomes the id of a new successor, and `address` the session's last address.
   */
  rotate(
    tx: Tx | null,
    use: RefreshTokenUse,
    next: { nextRefreshId: string; address: string },
  ): Promise<Successor | null>;
  /** Ends an open session whose token was reused. False if the token is accepted, or the session was over before. */
  endReused(tx: Tx, use: RefreshTokenUse): Promise<boolean>;
  /** Ends an open session. "reused": the token was not one that `rotate` accepts. Null: the session was over before. */
  end(tx: Tx | null, use: RefreshTokenUse): Promise<"ended" | "reused" | null>;
  /** Ends an open session of the user; false if there is none with this id. */
  endOne(tx: Tx | null, userId: number, sessionId: string): Promise<boolean>;
  /** Ends the user's sessions except `exceptId`, and returns their ids. */
  endAll(tx: Tx | null, userId: number, exceptId: string | null): Promise<string[]>;
  /** Deletes sessions whose last token expired more than `retentionSeconds` ago, a batch of them; true if there may be more. */
  purge(tx: Tx | null, retentionSeconds: number): Promise<boolean>;
}

type ListedRow = Pick<SessionRow, "id" | "created_at" | "client" | "address"> & { last_used_at: Date };

interface FoundRow extends UserAttributes {
  is_open: boolean;
  age_seconds: number;
  unconfirmed_id: SessionRow["refresh_id"] | null;
  stale_since: Date | null;
  has_second_factor: true | null;
}

interface SuccessorRow extends UserAttributes, Pick<SessionRow, "expires_at"> {
  successor_id: SessionRow["refresh_id"];
  issued_at: Date;
  at: Date;
}

export function createSessionStore(database: Database, lifetimes: SessionLifetimes): SessionStore {
  const { refreshTtlSeconds: ttl, reuseGraceSeconds: grace, sessionMaxAgeSeconds: maxAge } = lifetimes;
  const valuesOf = (use: RefreshTokenUse) => [
    ...[use.sessionId, use.userId, use.refreshId, use.receivedAt],
    ...[grace, maxAge],
  ];
  const idsOf = (rows: readonly { id: string }[]) => rows.map(({ id }) => id);
  return {
    async open(tx, { id, userId, refreshId, client, address }, proof) {
      const { loggedInAt, phone, passwordHash, newPasswordHash, secondFactorAt } = proof;
      type Row = Pick<SessionRow, "created_at" | "expires_at" | "second_factor_at"> & {
        deletion_at: Date | null;
      };
      const [row] = await database.run<Row>(tx, statements.open, [
        ...[id, userId, refreshId, loggedInAt, phone, passwordHash, newPasswordHash],
        ...[ttl, maxAge, client, address, secondFactorAt],
      ]);
      if (!row) return null;
      return {
        issuedAt: row.created_at,
        expiresAt: row.expires_at,
        cancelsDeletion: row.deletion_at !== null,
        secondFactorAt: row.second_factor_at,
      };
    },

    async endSurplus(tx, userId, newId) {
      return idsOf(await database.run<{ id: string }>(tx, statements.endSurplus, [userId, newId, maxAge]));
    },

    async find(tx, sessionId, userId) {
      const [row] = await database.run<FoundRow>(tx, statements.find, [sessionId, userId, maxAge]);
      if (row && !row.is_active) return null;
      if (!row?.is_open) return "ended";
      return {
        user: toUser(row),
        ageSeconds: row.age_seconds,
        unconfirmedId: row.unconfirmed_id,
        staleSince: row.stale_since,
        hasSecondFactor: row.has_second_factor === true,
      };
    },

    async list(tx, userId, currentId) {
      const rows = await database.run<ListedRow>(tx, statements.list, [userId, maxAge, currentId]);
      return rows.map(({ id, created_at: createdAt, last_used_at: lastUsedAt, client, address }) => {
        return { id, createdAt, lastUsedAt, client, address, isCurrent: id === currentId };
      });
    },

    async touch(tx, { sessionId, confirmedId, address }) {
      await database.run(tx, statements.touch, [sessionId, confirmedId, address !== null, address ?? ""]);
    },

    async rotate(tx, use, { nextRefreshId, address }) {
      const values = [...valuesOf(use), nextRefreshId, ttl, address];
      const [row] = await database.run<SuccessorRow>(tx, statements.rotate, values);
      if (!row) return null;
      const { successor_id: id, issued_at: issuedAt, expires_at: expiresAt, at: now } = row;
      return { id, issuedAt, expiresAt, now, user: toUser(row) };
    },

    async endReused(tx, use) {
      return (await database.run(tx, statements.endReused, valuesOf(use))).length > 0;
    },

    async end(tx, use) {
      const [row] = await database.run<{ is_reused: boolean }>(tx, statements.end, valuesOf(use));
      if (!row) return null;
      return row.is_reused ? "reused" : "ended";
    },

    async endOne(tx, userId, sessionId) {
      return (await database.run(tx, statements.endOne, [sessionId, userId, maxAge])).length > 0;
    },

    async endAll(tx, userId, exceptId) {
      return idsOf(await database.run<{ id: string }>(tx, statements.endAll, [userId, exceptId]));
    },

    async purge(tx, retentionSeconds) {
      return deleteBatch(database, tx, statements.purge, [retentionSeconds]);
    },
  };
}
