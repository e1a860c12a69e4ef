/** Who acted on an account. */
export type Actor =
  /** The account's owner, signed in or proved by SMS. */
  | { kind: "owner" }
  /** The account `id`, with its rights. It may later be gone. */
  | { kind: "administrator"; id: number }
  /** A person at the command line. */
  | { kind: "command_line" }
  /** The service itself, by a rule. */
  | { kind: "system" };

/** A person at the command line. */
export const COMMAND_LINE: Actor = { kind: "command_line" };

/** The rights of an account, as contract.md names them. */
export type Role = "CUSTOMER" | "STAFF" | "SUPERUSER";

/** Values by the names of their fields. */
export type FieldValues = Readonly<Record<string, string>>;

type ActDetails =
  /** `registered` and `activated` are both recorded when the number is proved: before that there is no account. */
  | { action: "registered" | "activated" | "reactivated" }
  /** Unknown callers have tried many wrong passwords. */
  | { action: "guessing_noticed" }
  /** Created in another way than by registration. */
  | { action: "account_created"; after: { role: Role } }
  /** `sessionCount`: null, unless it lost rights. */
  | { action: "role_changed"; before: { role: Role }; after: { role: Role }; sessionCount: number | null }
  | { action: "phone_changed"; before: { phone: string }; after: { phone: string }; sessionCount: number }
  /** The old number's holder stopped a phone change, or undid it. */
  | { action: "phone_change_cancelled" }
  | {
      action: "phone_change_undone";
      before: { phone: string };
      after: { phone: string };
      sessionCount: number;
    }
  | { action: "profile_changed"; fields: readonly string[] }
  | { action: "deactivated" | "password_reset" | "password_changed"; sessionCount: number }
  /** One session (`sessionId`), or several at once (null). */
  | { action: "session_ended"; sessionId: string | null; sessionCount: number }
  /** An administrator read the part of the account that `fields` names: "account" (its page), "sessions" or "history". */
  | { action: "viewed"; fields: readonly string[] }
  /** A copy of all that is kept about the account was taken. */
  | { action: "exported" }
  /** The owner confirmed that the account is to be erased, and its sessions ended; or signed in before it was. */
  | { action: "deletion_requested"; sessionCount: number }
  | { action: "deletion_cancelled" }
  /** The account is gone. */
  | { action: "erased"; sessionCount: number }
  /** The sending quotas and attempts of its number began anew. */
  | { action: "limits_cleared" }
  /** A used refresh token came back, and its session ended. */
  | { action: "refresh_reused"; sessionId: string; sessionCount: number }
  /** The owner completed the second step of an administrator's sign-in, in this session. */
  | { action: "second_factor_passed"; sessionId: string };

/** An act on an account. `sessionCount` is the number of sessions that ended with it. */
export type Act = ActDetails & {
  accountId: number;
  at: Date;
  actor: Actor;
  /** What the actor gave as the reason. */
  reason?: string | null;
};

/** The parts that an act may have besides its action. */
export interface ActContent {
  /** Names of the changed fields. */
  fields: readonly string[];
  before: FieldValues | null;
  after: FieldValues | null;
  reason: string | null;
  sessionId: string | null;
  sessionCount: number | null;
}

/** All parts of an act, whatever its action: null, or no field, for those that it doesn't have. */
export function contentOf(act: Act): ActContent {
  const {
    fields,
    before = null,
    after = null,
    reason = null,
    sessionId = null,
    sessionCount = null,
  } = act as Partial<ActContent>;
  return {
    fields: fields ?? Object.keys({ ...before, ...after }),
    before,
    after,
    reason,
    sessionId,
    sessionCount,
  };
}
