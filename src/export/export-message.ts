import { create, fromJson, type JsonObject } from "@bufbuild/protobuf";
import { type AccountExport, AccountExportSchema } from "#gen/waterbill/identity/v1/account_export_pb.js";
import { UserSchema } from "#gen/waterbill/identity/v1/user_pb.js";
import { addressOf } from "../guessing/guess.js";
import { toUserMessage } from "../users/user-message.js";
import { toUser } from "../users/user-row.js";
import type { AccountCopy } from "./take-export.js";

/** What is kept about an account, on the wire. The rows are proto JSON already, except for the names of some columns. */
export function toExportMessage(copy: AccountCopy): AccountExport {
  const { user, exportedAt, history, hasOlderHistory, sessions, hasOlderSessions, known_callers, ...others } =
    copy;
  const message = fromJson(AccountExportSchema, {
    ...others,
    exported_at: exportedAt.toISOString(),
    ...{ is_staff: user.is_staff, is_superuser: user.is_superuser, last_login: user.last_login },
    ...{ deactivated_at: user.deactivated_at, deletion_at: user.deletion_at },
    sessions: sessions.map(({ revoked_at: ended_at, last_used_at, ...session }): JsonObject => {
      return { ...session, last_used_at: last_used_at ?? session.created_at, ended_at };
    }),
    has_older_sessions: hasOlderSessions,
    known_callers: known_callers.map(({ caller, expires_at }) => ({
      address: addressOf(caller),
      expires_at,
    })),
    history: history.map(({ actor_kind: actor, ...act }): JsonObject => ({ ...act, actor })),
    has_older_history: hasOlderHistory,
  });
  const dates = { date_joined: new Date(user.date_joined), last_login: null };
  message.user = create(UserSchema, toUserMessage(toUser({ ...user, ...dates })));
  return message;
}
