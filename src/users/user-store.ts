import type { Database, Statement, Tx } from "../db/database.js";
import { violatedConstraint } from "../db/errors.js";
import type { UserRow } from "../db/models/user.js";
import { DomainError } from "../errors.js";
import type { User } from "./user.js";
import { toUser, USER_ATTRIBUTES } from "./user-row.js";

/** The data of a new account. `isActive` and the rights default to false. */
export interface NewUser
  extends Omit<User, "id" | "lastLogin" | Flag>,
    Partial<Pick<User, Flag>>,
    Pick<Credentials, "passwordHash"> {}

type Flag = "isActive" | "isStaff" | "isSuperuser";

/** An account with the data that a login needs. */
export interface Credentials {
  user: User;
  passwordHash: string;
  /** True if an administrator has deactivated the account. */
  isDeactivated: boolean;
  /** When the account is erased; null: it isn't leaving. */
  deletionAt: Date | null;
}

/** Whether an older version left the account unproved: it is a registration, which `move_waiting_accounts` moves. */
export function isUnproved({ user, isDeactivated }: Credentials): boolean {
  return !user.isActive && !isDeactivated;
}

/** Changes to the profile of an account; an absent field keeps its value. */
export type ProfileChanges = Partial<
  Pick<User, "firstName" | "lastName" | "email" | "address" | "apartmentName">
>;

export interface UserStore {
  /** Creates an account. Throws PHONE_TAKEN if the number has an account. */
  create(tx: Tx | null, user: NewUser): Promise<User>;
  /** Whether any account exists. */
  any(tx: Tx | null): Promise<boolean>;
  /** Finds the account with this number, in one statement. */
  findByPhone(tx: Tx | null, phone: string): Promise<Credentials | null>;
  /** The password hashes that Django made, of the latest 1000 accounts that have one. */
  findDjangoHashes(tx: Tx | null): Promise<string[]>;
  /** Finds the account with this id, in one statement. */
  findById(tx: Tx | null, id: number): Promise<Credentials | null>;
  /** Finds the account with this number or id, and locks it until `tx` ends. */
  lock(tx: Tx, key: { phone: string } | { id: number }): Promise<Credentials | null>;
  /** Sets the password hash of an active account; false if there is no such account. */
  setPasswordHash(tx: Tx | null, id: number, passwordHash: string): Promise<boolean>;
  /** Sets the number of an active account that isn't leaving; false if there is no such account. Throws PHONE_TAKEN for `field`. */
  setPhone(tx: Tx | null, id: number, phone: string, field: string): Promise<boolean>;
  /** Sets number and password hash of an account, also of an inactive one. Throws PHONE_TAKEN. */
  restorePhone(tx: Tx, id: number, phone: string, passwordHash: string): Promise<void>;
  /**
   * Locks the email address until `tx` ends (other transactions wait here for the same address), and returns whether no
   * other account has it. Case is ignored. An account that an older version left unproved holds no address.
   */
  claimEmail(tx: Tx, email: string, userId: number): Promise<boolean>;
  /** Changes the profile of an account, whatever its state; null if there is no such account. */
  updateProfile(tx: Tx, id: number, changes: ProfileChanges): Promise<User | null>;
}

/** The columns of `users` that Credentials are built from. */
export const CREDENTIALS_ATTRIBUTES = [
  ...USER_ATTRIBUTES,
  "password_hash",
  "deactivated_at",
  "deletion_at",
] as const satisfies (keyof UserRow)[];
export type CredentialsRow = Pick<UserRow, (typeof CREDENTIALS_ATTRIBUTES)[number]>;

// By name, because every login runs it.
const findByPhone: Statement = {
  name: "users_find_credentials",
  text: `SELECT ${CREDENTIALS_ATTRIBUTES.join(", ")} FROM users WHERE phone = $1`,
};

// The conditions are those of the index users_django_hashes.
const findDjangoHashes: Statement = {
  name: "users_find_django_hashes",
  text: String.raw`SELECT password_hash FROM users
         WHERE password_hash LIKE 'argon2$%' OR password_hash LIKE 'pbkdf2\_sha256$%' ORDER BY id DESC LIMIT 1000`,
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

export function toCredentials(row: CredentialsRow): Credentials {
  return {
    user: toUser(row),
    passwordHash: row.password_hash,
    isDeactivated: row.deactivated_at !== null,
    deletionAt: row.deletion_at,
  };
}

function profileColumns(changes: ProfileChanges): Partial<UserRow> {
  const { firstName, lastName, email, address, apartmentName } = changes;
  return {
    ...(firstName !== undefined && { first_name: firstName }),
    ...(lastName !== undefined && { last_name: lastName }),
    ...(email !== undefined && { email }),
    ...(address !== undefined && { address }),
    ...(apartmentName !== undefined && { apartment_name: apartmentName }),
  };
}

/** Maps a violation of the number's unique constraint, or of a reservation of the number, to PHONE_TAKEN. */
export async function unlessPhoneTaken<T>(write: Promise<T>, field = "phone"): Promise<T> {
  try {
    return await write;
  } catch (error) {
    if (violatedConstraint(error) === "users_phone_key") throw new DomainError("PHONE_TAKEN", { field });
    throw error;
  }
}

export function createUserStore(database: Database): UserStore {
  const { users } = database.models;
  const findOne = async (tx: Tx | null, where: { phone: string } | { id: number }, lock: boolean) => {
    const attributes = [...CREDENTIALS_ATTRIBUTES];
    const row = await users.findOne({ attributes, where, lock, raw: true, transaction: tx });
    return row && toCredentials(row);
  };
  return {
    async create(tx, user) {
      const row = {
        phone: user.phone,
        first_name: user.firstName,
        last_name: user.lastName,
        email: user.email,
        address: user.address,
        apartment_name: user.apartmentName,
        password_hash: user.passwordHash,
        is_active: user.isActive,
        is_staff: user.isStaff,
        is_superuser: user.isSuperuser,
        date_joined: user.dateJoined,
      };
      return toUser(await unlessPhoneTaken(users.create(row, { transaction: tx })));
    },

    async any(tx) {
      return (await users.findOne({ attributes: ["id"], raw: true, transaction: tx })) !== null;
    },

    async findByPhone(tx, phone) {
      const [row] = await database.run<CredentialsRow>(tx, findByPhone, [phone]);
      return row ? toCredentials(row) : null;
    },

    async findDjangoHashes(tx) {
      const rows = await database.run<Pick<UserRow, "password_hash">>(tx, findDjangoHashes, []);
      return rows.map((row) => row.password_hash);
    },

    findById: (tx, id) => findOne(tx, { id }, false),
    lock: (tx, where) => findOne(tx, where, true),

    async setPasswordHash(tx, id, passwordHash) {
      const where = { id, is_active: true };
      const [count] = await users.update({ password_hash: passwordHash }, { where, transaction: tx });
      return count > 0;
    },

    async setPhone(tx, id, phone, field) {
      const where = { id, is_active: true, deletion_at: null };
      const [count] = await unlessPhoneTaken(users.update({ phone }, { where, transaction: tx }), field);
      return count > 0;
    },

    async restorePhone(tx, id, phone, passwordHash) {
      const values = { phone, password_hash: passwordHash };
      await unlessPhoneTaken(users.update(values, { where: { id }, transaction: tx }));
    },

    async claimEmail(tx, email, userId) {
      await database.run(tx, lockEmail, [email]);
      return (await database.run(tx, findOtherByEmail, [email, userId])).length === 0;
    },

    async updateProfile(tx, id, changes) {
      const options = { where: { id }, returning: true as const, transaction: tx };
      const [, [row]] = await users.update(profileColumns(changes), options);
      return row ? toUser(row) : null;
    },
  };
}
