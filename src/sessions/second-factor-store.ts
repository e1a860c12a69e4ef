import type { Database, Statement, Tx } from "../db/database.js";
import type { SessionRow } from "../db/models/session.js";
import type { UserRow } from "../db/models/user.js";
import { SECOND_FACTOR_TTL } from "./second-factor.js";
import { isOpen } from "./session-statements.js";
import type { SessionLifetimes } from "./session-store.js";

/** A session whose owner has just proved the number of the account. */
interface ProvedSession {
  sessionId: string;
  userId: number;
  /** The number that was proved. */
  phone: string;
}

/** The second step, by the database's clock. */
interface PassedSecondFactor {
  passedAt: Date;
  /** When it has to be passed again. */
  expiresAt: Date;
  /** The password hash of the account. */
  passwordHash: string;
}

export interface SecondFactorStore {
  /**
   * Records that a session has passed the second step of an administrator's sign-in. Null, with nothing recorded, if the
   * session is over, or the account is no administrator's, isn't active, is leaving, or has another number. `tx` must have
   * locked the account, so that none of this changes before the step is recorded.
   */
  pass(tx: Tx, session: ProvedSession): Promise<PassedSecondFactor | null>;
}

const pass: Statement = {
  name: "sessions_pass_second_factor",
  text: `UPDATE sessions SET second_factor_at = clock_timestamp() FROM users
         WHERE sessions.id = $1 AND sessions.user_id = $2 AND ${isOpen("$3")}
           AND users.id = sessions.user_id AND users.phone = $4 AND users.is_active AND users.deletion_at IS NULL
           AND (users.is_staff OR users.is_superuser)
         RETURNING second_factor_at, second_factor_at + ${SECOND_FACTOR_TTL} AS until, password_hash`,
};

interface PassedRow extends Pick<UserRow, "password_hash"> {
  second_factor_at: NonNullable<SessionRow["second_factor_at"]>;
  until: Date;
}

export function createSecondFactorStore(
  database: Database,
  { sessionMaxAgeSeconds }: Pick<SessionLifetimes, "sessionMaxAgeSeconds">,
): SecondFactorStore {
  return {
    async pass(tx, { sessionId, userId, phone }) {
      const values = [sessionId, userId, sessionMaxAgeSeconds, phone];
      const [row] = await database.run<PassedRow>(tx, pass, values);
      if (!row) return null;
      return { passedAt: row.second_factor_at, expiresAt: row.until, passwordHash: row.password_hash };
    },
  };
}
