import { Op } from "sequelize";
import type { Database, Statement, Tx } from "../db/database.js";
import type { SessionRow } from "../db/models/session.js";
import type { User } from "../users/user.js";
import { toUser, USER_COLUMNS, type UserAttributes } from "../users/user-row.js";

/** A session to open. */
interface NewSession {
  id: string;
  userId: number;
  refreshId: string;
  createdAt: Date;
  expiresAt: Date;
}

/** What a login verified, and the hash that it stores. */
interface VerifiedCredentials {
  /** The number and the stored hash that the password was verified against. */
  phone: string;
  passwordHash: string;
  /** The hash to store: `passwordHash` itself, or a new hash if that has outdated parameters. */
  newPasswordHash: string;
}

/** The use of a refresh token. */
interface Rotation {
  sessionId: string;
  userId: number;
  /** The token's id. */
  refreshId: string;
  /** The id of its successor if this is its first use. */
  nextRefreshId: string;
  now: Date;
  /** A used token gets its successor again if that was issued after this time. */
  graceSince: Date;
  expiresAt: Date;
}

/** Result of using a refresh token. */
type RotationResult =
  /** The token's successor: the session's valid token from now on, or the one that an earlier use returned. */
  | { kind: "rotated"; successorId: string; issuedAt: Date; user: User }
  /** The token was used before, and the grace period is over: this use has ended the session. */
  | { kind: "reused" }
  /** The session is unknown or had ended before, or its account is not active. */
  | { kind: "ended" };

export interface SessionStore {
  /**
   * Opens a session and records the login if account, number and hash are still the ones that were verified. Returns
   * false if they have changed since, so that a session never outlives what it was opened with.
   */
  open(tx: Tx | null, session: NewSession, proof: VerifiedCredentials): Promise<boolean>;
  /** Returns the account of a session if the session is open and the account active. One statement. */
  findUser(tx: Tx | null, sessionId: string, userId: number): Promise<User | null>;
  /** Uses a refresh token. One statement: of concurrent callers one rotates the token, the others get its result. */
  rotate(tx: Tx | null, rotation: Rotation): Promise<RotationResult>;
  /** Ends a session of the user. False when `refreshId` was not its valid token, or the session had ended before. */
  end(tx: Tx | null, end: Omit<Rotation, "nextRefreshId" | "expiresAt">): Promise<boolean>;
  /** Ends the user's sessions except `exceptId`, and returns their number. */
  endAll(tx: Tx | null, userId: number, now: Date, exceptId: string | null): Promise<number>;
  /** Deletes sessions whose last token expired before `before`. */
  purge(tx: Tx | null, before: Date): Promise<void>;
}

const open: Statement = {
  name: "sessions_open",
  text: `WITH proved AS (
           UPDATE users SET last_login = $4, password_hash = $8
           WHERE id = $2 AND phone = $6 AND password_hash = $7 AND is_active
           RETURNING id
         )
         INSERT INTO sessions (id, user_id, refresh_id, created_at, expires_at)
         SELECT $1::uuid, id, $3::uuid, $4::timestamptz, $5::timestamptz FROM proved
         RETURNING id`,
};

const findUser: Statement = {
  name: "sessions_find_user",
  text: `SELECT ${USER_COLUMNS} FROM sessions JOIN users ON users.id = sessions.user_id
         WHERE sessions.id = $1 AND sessions.user_id = $2 AND sessions.revoked_at IS NULL AND users.is_active`,
};

// Each SET reads the row after its lock is granted, so concurrent callers see each other's rotation. The row keeps the
// last four used tokens, more than a client uses within the grace period. The successor of a used token is the one used
// after it, or the valid one; it was issued when the token was used.
const rotate: Statement = {
  name: "sessions_rotate",
  text: `UPDATE sessions SET
           refresh_id = CASE WHEN refresh_id = $3::uuid THEN $4::uuid ELSE refresh_id END,
           used_ids   = CASE WHEN refresh_id = $3 THEN array_append(used_ids[cardinality(used_ids) - 2:], $3)
                             ELSE used_ids END,
           used_at    = CASE WHEN refresh_id = $3 THEN array_append(used_at[cardinality(used_at) - 2:], $5::timestamptz)
                             ELSE used_at END,
           expires_at = CASE WHEN refresh_id = $3 THEN $7::timestamptz ELSE expires_at END,
           revoked_at = CASE WHEN refresh_id = $3 OR used_at[array_position(used_ids, $3)] > $6::timestamptz
                             THEN NULL ELSE $5 END
         FROM users
         WHERE sessions.id = $1 AND sessions.user_id = $2 AND sessions.revoked_at IS NULL
           AND users.id = sessions.user_id AND users.is_active
         RETURNING coalesce(used_ids[array_position(used_ids, $3) + 1], refresh_id) AS successor_id,
                   used_at[array_position(used_ids, $3)] AS successor_issued_at,
                   sessions.revoked_at, ${USER_COLUMNS}`,
};

const end: Statement = {
  name: "sessions_end",
  text: `UPDATE sessions SET revoked_at = $4 WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL
         RETURNING refresh_id = $3::uuid OR used_at[array_position(used_ids, $3::uuid)] > $5 AS was_valid`,
};

interface RotatedRow extends UserAttributes, Pick<SessionRow, "revoked_at"> {
  successor_id: SessionRow["refresh_id"];
  successor_issued_at: Date;
}

export function createSessionStore(database: Database): SessionStore {
  const { sessions } = database.models;
  return {
    async open(tx, session, proof) {
      const rows = await database.run(tx, open, [
        session.id,
        session.userId,
        session.refreshId,
        session.createdAt,
        session.expiresAt,
        proof.phone,
        proof.passwordHash,
        proof.newPasswordHash,
      ]);
      return rows.length > 0;
    },

    async findUser(tx, sessionId, userId) {
      const [row] = await database.run<UserAttributes>(tx, findUser, [sessionId, userId]);
      return row ? toUser(row) : null;
    },

    async rotate(tx, rotation) {
      const { sessionId, userId, refreshId, nextRefreshId, now, graceSince, expiresAt } = rotation;
      const [row] = await database.run<RotatedRow>(tx, rotate, [
        sessionId,
        userId,
        refreshId,
        nextRefreshId,
        now,
        graceSince,
        expiresAt,
      ]);
      if (!row) return { kind: "ended" };
      if (row.revoked_at) return { kind: "reused" };
      return {
        kind: "rotated",
        successorId: row.successor_id,
        issuedAt: row.successor_issued_at,
        user: toUser(row),
      };
    },

    async end(tx, { sessionId, userId, refreshId, now, graceSince }) {
      const [row] = await database.run<{ was_valid: boolean | null }>(tx, end, [
        sessionId,
        userId,
        refreshId,
        now,
        graceSince,
      ]);
      return row?.was_valid ?? false;
    },

    async endAll(tx, userId, now, exceptId) {
      const except = exceptId === null ? {} : { id: { [Op.ne]: exceptId } };
      const where = { user_id: userId, revoked_at: null, ...except };
      const [count] = await sessions.update({ revoked_at: now }, { where, transaction: tx });
      return count;
    },

    async purge(tx, before) {
      await sessions.destroy({ where: { expires_at: { [Op.lt]: before } }, transaction: tx });
    },
  };
}
