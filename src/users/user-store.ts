import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
} from "sequelize";
import type { Database, Statement, Tx } from "../db/database.js";
import { violatedConstraint } from "../db/errors.js";
import { DomainError } from "../errors.js";
import type { User } from "./user.js";
import { toUser, USER_COLUMNS, type UserRow } from "./user-row.js";

/** The data of a new account. `isActive` and the rights default to false. */
export interface NewUser {
  phone: string;
  firstName: string;
  lastName: string;
  email: string | null;
  address: string | null;
  apartmentName: string | null;
  passwordHash: string;
  dateJoined: Date;
  isActive?: boolean;
  isStaff?: boolean;
  isSuperuser?: boolean;
}

/** An account with the data that a login needs. */
export interface Credentials {
  user: User;
  passwordHash: string;
  /** True if an administrator has deactivated the account. */
  isDeactivated: boolean;
}

/** Changes that owners make to their account; an absent field keeps its value. */
export interface ProfileChanges {
  firstName?: string;
  lastName?: string;
  email?: string | null;
  address?: string | null;
  apartmentName?: string | null;
}

export interface UserStore {
  /** Creates an account. Throws PHONE_TAKEN if the number has an account. */
  create(tx: Tx | null, user: NewUser): Promise<User>;
  /** Whether any account exists. */
  any(tx: Tx | null): Promise<boolean>;
  /** Finds the account with this number, in one statement. */
  findByPhone(tx: Tx | null, phone: string): Promise<Credentials | null>;
  /** Finds the account with this id, in one statement. */
  findById(tx: Tx | null, id: number): Promise<Credentials | null>;
  /** Sets the password hash of an active account; false if there is no such account. */
  setPasswordHash(tx: Tx | null, id: number, passwordHash: string): Promise<boolean>;
  /** Sets the number of an active account; false if there is no such account. Throws PHONE_TAKEN for `field`. */
  setPhone(tx: Tx | null, id: number, phone: string, field: string): Promise<boolean>;
  /**
   * Locks the email address until `tx` ends (other transactions wait here for the same address), and returns whether no
   * other account has it. Case is ignored. A registration that was never activated holds no address.
   */
  claimEmail(tx: Tx, email: string, userId: number): Promise<boolean>;
  /** Changes an active account; null if there is no such account. */
  updateProfile(tx: Tx, id: number, changes: ProfileChanges): Promise<User | null>;
}

const CREDENTIALS_COLUMNS = `${USER_COLUMNS}, users.password_hash, users.deactivated_at IS NOT NULL AS is_deactivated`;

const findByPhone: Statement = {
  name: "users_find_by_phone",
  text: `SELECT ${CREDENTIALS_COLUMNS} FROM users WHERE users.phone = $1`,
};

const findById: Statement = {
  name: "users_find_by_id",
  text: `SELECT ${CREDENTIALS_COLUMNS} FROM users WHERE users.id = $1`,
};

const any: Statement = { name: "users_any", text: "SELECT FROM users LIMIT 1" };

const setPasswordHash: Statement = {
  name: "users_set_password_hash",
  text: "UPDATE users SET password_hash = $2 WHERE id = $1 AND is_active RETURNING id",
};

const setPhone: Statement = {
  name: "users_set_phone",
  text: "UPDATE users SET phone = $2 WHERE id = $1 AND is_active RETURNING id",
};

const lockEmail: Statement = {
  name: "users_lock_email",
  text: "SELECT pg_advisory_xact_lock(hashtextextended('email:' || lower($1), 0))",
};

// A separate statement, because its snapshot must be taken after the lock is granted.
const findOtherByEmail: Statement = {
  name: "users_find_other_by_email",
  text: `SELECT FROM users WHERE lower(email) = lower($1) AND id <> $2
         AND (is_active OR deactivated_at IS NOT NULL) LIMIT 1`,
};

interface CredentialsRow extends UserRow {
  password_hash: string;
  is_deactivated: boolean;
}

/** Maps a violation of the number's unique constraint to PHONE_TAKEN. */
async function unlessPhoneTaken<T>(write: Promise<T>, field = "phone"): Promise<T> {
  try {
    return await write;
  } catch (error) {
    if (violatedConstraint(error) === "users_phone_key") throw new DomainError("PHONE_TAKEN", { field });
    throw error;
  }
}

export function createUserStore(database: Database): UserStore {
  class UserModel extends Model<InferAttributes<UserModel>, InferCreationAttributes<UserModel>> {
    declare id: CreationOptional<number>;
    declare phone: string;
    declare firstName: string;
    declare lastName: string;
    declare email: string | null;
    declare address: string | null;
    declare apartmentName: string | null;
    declare passwordHash: string;
    declare isActive: CreationOptional<boolean>;
    declare isStaff: CreationOptional<boolean>;
    declare isSuperuser: CreationOptional<boolean>;
    declare dateJoined: Date;
    declare lastLogin: CreationOptional<Date | null>;
  }
  UserModel.init(
    {
      id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
      phone: DataTypes.STRING(16),
      firstName: DataTypes.STRING(150),
      lastName: DataTypes.STRING(150),
      email: DataTypes.STRING(254),
      address: DataTypes.TEXT,
      apartmentName: DataTypes.STRING(3),
      passwordHash: DataTypes.TEXT,
      isActive: { type: DataTypes.BOOLEAN, defaultValue: false },
      isStaff: { type: DataTypes.BOOLEAN, defaultValue: false },
      isSuperuser: { type: DataTypes.BOOLEAN, defaultValue: false },
      dateJoined: DataTypes.DATE,
      lastLogin: DataTypes.DATE,
    },
    {
      sequelize: database.sequelize,
      modelName: "User",
      tableName: "users",
      underscored: true,
      timestamps: false,
    },
  );

  async function findCredentials(tx: Tx | null, statement: Statement, key: string | number) {
    const [row] = await database.run<CredentialsRow>(tx, statement, [key]);
    if (!row) return null;
    return { user: toUser(row), passwordHash: row.password_hash, isDeactivated: row.is_deactivated };
  }

  return {
    async create(tx, user) {
      const created = await unlessPhoneTaken(UserModel.create(user, { transaction: tx }));
      const { passwordHash: _, ...plain } = created.get({ plain: true });
      return { ...plain, lastLogin: plain.lastLogin ?? null };
    },

    async any(tx) {
      return (await database.run(tx, any, [])).length > 0;
    },

    findByPhone: (tx, phone) => findCredentials(tx, findByPhone, phone),

    findById: (tx, id) => findCredentials(tx, findById, id),

    async setPasswordHash(tx, id, passwordHash) {
      return (await database.run(tx, setPasswordHash, [id, passwordHash])).length > 0;
    },

    async setPhone(tx, id, phone, field) {
      return (await unlessPhoneTaken(database.run(tx, setPhone, [id, phone]), field)).length > 0;
    },

    async claimEmail(tx, email, userId) {
      await database.run(tx, lockEmail, [email]);
      return (await database.run(tx, findOtherByEmail, [email, userId])).length === 0;
    },

    async updateProfile(tx, id, changes) {
      await UserModel.update(changes, { where: { id, isActive: true }, transaction: tx });
      const account = await findCredentials(tx, findById, id);
      return account?.user.isActive ? account.user : null;
    },
  };
}
