import type { DomainError, Reason } from "../errors.js";

/**
 * The `event` of lines of the log that matter for security (docs/logs.md). Alerts depend on these names, so none changes.
 * Acts on accounts are events too: `account.<action>`.
 */
export const SECURITY_EVENTS = {
  /** A number without an account, a wrong password, or an account that isn't active. */
  SIGN_IN_REFUSED: "sign_in.refused",
  /** Too many wrong passwords for the number: this one was not compared. */
  SIGN_IN_LOCKED: "sign_in.locked",
  /** A wrong current password of somebody who is signed in. */
  PASSWORD_REFUSED: "password.refused",
  /** Too many wrong codes: this one was not compared. */
  CODE_LOCKED: "code.locked",
  /** A caller who is known, and lacks the right, the second step or the scope. */
  ACCESS_DENIED: "access.denied",
  /** A request for the console's own pages that none of them sent. */
  ORIGIN_REFUSED: "origin.refused",
  /** Any other limit or quota. */
  LIMIT_REACHED: "limit.reached",
  /** A service that didn't prove itself, or is disabled. */
  SERVICE_REFUSED: "service.refused",
  /** An administrator read accounts, sessions or the whitelist. */
  STAFF_READ: "staff.read",
  /** An administrator changed accounts or the whitelist, or may have: imports can break off. */
  STAFF_CHANGED: "staff.changed",
} as const;

export type SecurityEvent = (typeof SECURITY_EVENTS)[keyof typeof SECURITY_EVENTS];

const REFUSALS: Readonly<Partial<Record<Reason, SecurityEvent>>> = {
  CREDENTIALS_REJECTED: SECURITY_EVENTS.SIGN_IN_REFUSED,
  ACCOUNT_NOT_ACTIVATED: SECURITY_EVENTS.SIGN_IN_REFUSED,
  CURRENT_PASSWORD_INCORRECT: SECURITY_EVENTS.PASSWORD_REFUSED,
  CODE_LOCKED: SECURITY_EVENTS.CODE_LOCKED,
  ADMIN_REQUIRED: SECURITY_EVENTS.ACCESS_DENIED,
  SUPERUSER_REQUIRED: SECURITY_EVENTS.ACCESS_DENIED,
  SCOPE_REQUIRED: SECURITY_EVENTS.ACCESS_DENIED,
  RATE_LIMITED: SECURITY_EVENTS.LIMIT_REACHED,
};

/** The event of a call that failed with `error`; undefined if that is none. `isStaffs`: its method is for administrators. */
export function refusalEvent(
  { reason, reachedLimit }: DomainError,
  isStaffs: boolean,
): SecurityEvent | undefined {
  if (isStaffs && reason === "REAUTHENTICATION_REQUIRED") return SECURITY_EVENTS.ACCESS_DENIED;
  return reachedLimit?.countsGuesses ? SECURITY_EVENTS.SIGN_IN_LOCKED : REFUSALS[reason];
}
