import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  AccountAction,
  AccountActorKind,
  type AccountActorSchema,
  type AccountChangeSchema,
} from "#gen/waterbill/identity/v1/account_service_pb.js";
import type { Act, Actor } from "../audit/act.js";
import type { RecordedAct } from "../audit/read-history.js";
import { fullName } from "../users/user.js";

/** Every action of this version. */
export const ACTIONS: Readonly<Record<Act["action"], AccountAction>> = {
  registered: AccountAction.REGISTERED,
  activated: AccountAction.ACTIVATED,
  reactivated: AccountAction.REACTIVATED,
  guessing_noticed: AccountAction.GUESSING_NOTICED,
  account_created: AccountAction.ACCOUNT_CREATED,
  role_changed: AccountAction.ROLE_CHANGED,
  phone_changed: AccountAction.PHONE_CHANGED,
  phone_change_cancelled: AccountAction.PHONE_CHANGE_CANCELLED,
  phone_change_undone: AccountAction.PHONE_CHANGE_UNDONE,
  profile_changed: AccountAction.PROFILE_CHANGED,
  deactivated: AccountAction.DEACTIVATED,
  password_reset: AccountAction.PASSWORD_RESET,
  password_changed: AccountAction.PASSWORD_CHANGED,
  session_ended: AccountAction.SESSION_ENDED,
  viewed: AccountAction.VIEWED,
  exported: AccountAction.EXPORTED,
  deletion_requested: AccountAction.DELETION_REQUESTED,
  deletion_cancelled: AccountAction.DELETION_CANCELLED,
  erased: AccountAction.ERASED,
  limits_cleared: AccountAction.LIMITS_CLEARED,
  refresh_reused: AccountAction.REFRESH_REUSED,
  second_factor_passed: AccountAction.SECOND_FACTOR_PASSED,
};

const ACTOR_KINDS: Readonly<Record<Actor["kind"], AccountActorKind>> = {
  owner: AccountActorKind.OWNER,
  administrator: AccountActorKind.ADMINISTRATOR,
  command_line: AccountActorKind.COMMAND_LINE,
  system: AccountActorKind.SYSTEM,
};

/** An act on the wire. What a later version recorded may have an action that is not known here. */
export function toAccountChangeMessage(act: RecordedAct): MessageInitShape<typeof AccountChangeSchema> {
  const action = knownValue(ACTIONS, act.action);
  return {
    number: act.number,
    at: timestampFromDate(act.at),
    ...(action !== undefined && { action }),
    actor: toActorMessage(act),
    fields: [...act.fields],
    before: { ...act.before },
    after: { ...act.after },
    ...(act.reason !== null && { reason: act.reason }),
    ...(act.sessionId !== null && { sessionId: act.sessionId }),
    ...(act.sessionCount !== null && { sessionCount: act.sessionCount }),
  };
}

function toActorMessage({ actor, actorAccount }: RecordedAct): MessageInitShape<typeof AccountActorSchema> {
  const kind = knownValue(ACTOR_KINDS, actor.kind);
  return {
    ...(kind !== undefined && { kind }),
    ...(actor.id !== null && { id: actor.id }),
    ...(actorAccount && { displayName: fullName(actorAccount), phone: actorAccount.phone }),
  };
}

function knownValue<T>(values: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}
