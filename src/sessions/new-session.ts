/** A session to open. */
export interface NewSession {
  id: string;
  userId: number;
  refreshId: string;
  /** Name of the client program, from `clientName`. */
  client: string;
  /** IP address of the client. */
  address: string;
}

/** What a login verified, and what it stores in the account. */
export interface VerifiedCredentials {
  /** The number and the stored hash that the password was verified against. */
  phone: string;
  passwordHash: string;
  /** The hash to store: `passwordHash` itself, or a new hash if that has outdated parameters. */
  newPasswordHash: string;
  /** The time of the login. */
  loggedInAt: Date;
  /** When the second step was passed on the device; null: it was not. The session has it if it still counts. */
  secondFactorAt: Date | null;
}

/** When a refresh token was issued and expires, by the database's clock. */
export interface TokenTimes {
  issuedAt: Date;
  expiresAt: Date;
}

/** A session that a sign-in opened. */
export interface OpenedSession extends TokenTimes {
  /** Whether the account was leaving; it no longer is. */
  cancelsDeletion: boolean;
  /** When the second step was passed on the device, if that still counts. */
  secondFactorAt: Date | null;
}
