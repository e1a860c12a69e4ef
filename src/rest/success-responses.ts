import type { DescMethod, JsonObject, JsonValue } from "@bufbuild/protobuf";
import { AccountService } from "#gen/waterbill/identity/v1/account_service_pb.js";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { WhitelistService } from "#gen/waterbill/identity/v1/whitelist_service_pb.js";
import type { LocalizedMessage } from "../messages/catalogue.js";
import { LoggableError } from "../system/loggable-error.js";

/** The REST response to a successful call of a method. */
export type SuccessResponse = BareResponse | EnvelopeResponse | FileResponse;

/** A file, streamed in chunks. */
interface FileResponse {
  shape: "file";
  contentType: string;
  fileName: string;
  /** Fields of the request message that override the query. */
  request: JsonObject;
}

/** The message alone, as the service sent it that REST clients were written for. */
interface BareResponse {
  shape: "bare";
}

interface EnvelopeResponse {
  shape: "envelope" | "no data";
  /** HTTP status; 200 by default. */
  status?: number;
  message: LocalizedMessage | { of(data: JsonObject): LocalizedMessage };
  /** REST names of fields in `data`, by their name in the .proto file, where clients know another one. */
  renames?: Readonly<Record<string, string>>;
  /** The name under which browsers save the response. */
  fileName?: string;
  /** Wraps the error message when a field is at fault. */
  failure?: (reason: string) => LocalizedMessage;
}

/** The success responses of the specification, by method. The server doesn't start if a REST method has none. */
export const SUCCESS_RESPONSES: ReadonlyMap<DescMethod, SuccessResponse> = new Map<
  DescMethod,
  SuccessResponse
>([
  [
    AuthService.method.register,
    {
      shape: "envelope",
      status: 201,
      message: (m) => m.registered,
      failure: (reason) => (m) => m.registrationFailed(reason),
    },
  ],
  [AuthService.method.activate, { shape: "envelope", message: (m) => m.activated }],
  [AuthService.method.resendCode, { shape: "envelope", message: (m) => m.codeResent }],
  [
    AuthService.method.login,
    {
      shape: "envelope",
      message: {
        of: (data) => (isSet(data, "deletion_cancelled") ? (m) => m.loggedInAndKept : (m) => m.loggedIn),
      },
    },
  ],
  [AuthService.method.refreshToken, { shape: "bare" }],
  [AuthService.method.logout, { shape: "no data", message: (m) => m.loggedOut }],
  [AuthService.method.requestSecondFactor, { shape: "envelope", message: (m) => m.verificationCodeSent }],
  [AuthService.method.confirmSecondFactor, { shape: "envelope", message: (m) => m.secondFactorConfirmed }],
  [AuthService.method.requestPasswordReset, { shape: "envelope", message: (m) => m.passwordResetRequested }],
  [AuthService.method.confirmPasswordReset, { shape: "envelope", message: (m) => m.passwordReset }],
  [ProfileService.method.getProfile, { shape: "envelope", message: (m) => m.profileRead }],
  [ProfileService.method.updateProfile, { shape: "envelope", message: (m) => m.profileUpdated }],
  [ProfileService.method.listSessions, { shape: "envelope", message: (m) => m.sessionsRead }],
  [ProfileService.method.revokeSession, { shape: "envelope", message: (m) => m.sessionEnded }],
  [ProfileService.method.revokeOtherSessions, { shape: "envelope", message: (m) => m.otherSessionsEnded }],
  [
    ProfileService.method.exportAccount,
    { shape: "envelope", message: (m) => m.accountExported, fileName: "waterbill-account.json" },
  ],
  [
    ProfileService.method.requestPasswordChange,
    { shape: "envelope", message: (m) => m.verificationCodeSent },
  ],
  [ProfileService.method.confirmPasswordChange, { shape: "envelope", message: (m) => m.passwordChanged }],
  [ProfileService.method.requestPhoneChange, { shape: "envelope", message: (m) => m.verificationCodeSent }],
  [ProfileService.method.confirmPhoneChange, { shape: "envelope", message: (m) => m.phoneChanged }],
  [ProfileService.method.cancelPhoneChange, { shape: "envelope", message: (m) => m.phoneChangeCancelled }],
  [
    ProfileService.method.requestAccountDeletion,
    { shape: "envelope", message: (m) => m.accountDeletionRequested },
  ],
  [
    ProfileService.method.confirmAccountDeletion,
    { shape: "envelope", message: (m) => m.accountDeletionConfirmed },
  ],
  [
    AccountService.method.listAccounts,
    { shape: "envelope", message: (m) => m.usersRead, renames: { accounts: "users" } },
  ],
  [AccountService.method.getOverview, { shape: "envelope", message: (m) => m.overviewRead }],
  [AccountService.method.getAccount, { shape: "envelope", message: (m) => m.userRead }],
  [
    AccountService.method.setAccountActive,
    {
      shape: "envelope",
      message: {
        of: ({ account }) =>
          isSet(account, "is_active") ? (m) => m.userActivated : (m) => m.userDeactivated,
      },
    },
  ],
  [AccountService.method.batchSetAccountsActive, { shape: "envelope", message: (m) => m.batchReported }],
  [AccountService.method.setAccountRole, { shape: "envelope", message: (m) => m.roleSet }],
  [AccountService.method.updateAccount, { shape: "envelope", message: (m) => m.accountUpdated }],
  [AccountService.method.listAccountHistory, { shape: "envelope", message: (m) => m.historyRead }],
  [AccountService.method.listAccountSessions, { shape: "envelope", message: (m) => m.sessionsRead }],
  [
    AccountService.method.revokeAccountSessions,
    { shape: "envelope", message: (m) => m.accountSessionsEnded },
  ],
  [
    AccountService.method.exportAccount,
    { shape: "envelope", message: (m) => m.accountExported, fileName: "waterbill-account.json" },
  ],
  [AccountService.method.clearLimits, { shape: "envelope", message: (m) => m.limitsCleared }],
  [AccountService.method.eraseAccount, { shape: "envelope", message: (m) => m.accountErased }],
  [WhitelistService.method.listWhitelistEntries, { shape: "envelope", message: (m) => m.whitelistRead }],
  [
    WhitelistService.method.addWhitelistEntry,
    { shape: "envelope", status: 201, message: (m) => m.entryAdded },
  ],
  [
    WhitelistService.method.checkWhitelist,
    {
      shape: "envelope",
      message: {
        of: (data) => (isSet(data, "is_authorized") ? (m) => m.phoneAuthorized : (m) => m.phoneNotAuthorized),
      },
    },
  ],
  [WhitelistService.method.updateWhitelistEntry, { shape: "envelope", message: (m) => m.entryUpdated }],
  [
    WhitelistService.method.batchUpdateWhitelistEntries,
    { shape: "envelope", message: (m) => m.batchReported },
  ],
  [WhitelistService.method.removeWhitelistEntry, { shape: "envelope", message: (m) => m.entryRemoved }],
  [WhitelistService.method.listWhitelistHistory, { shape: "envelope", message: (m) => m.historyRead }],
  [
    WhitelistService.method.importWhitelistEntries,
    {
      shape: "envelope",
      message: {
        of(data) {
          if (isSet(data, "not_applied_count")) return (m) => m.importNotApplied;
          return isSet(data, "dry_run") ? (m) => m.importPreviewed : (m) => m.importReported;
        },
      },
    },
  ],
  [
    WhitelistService.method.exportWhitelistEntries,
    {
      shape: "file",
      contentType: "text/csv; charset=utf-8",
      fileName: "whitelist.csv",
      request: { format: "EXPORT_FORMAT_CSV" },
    },
  ],
]);

/** The success response of a method. Throws if it has none. */
export function successResponseFor(method: DescMethod): SuccessResponse {
  const success = SUCCESS_RESPONSES.get(method);
  if (!success) throw new LoggableError(`${method}: rest/success-responses.ts has no response for it`);
  return success;
}

/** Whether a field of the message differs from its default. */
function isSet(message: JsonValue | undefined, field: string): boolean {
  return (
    message !== null && typeof message === "object" && !Array.isArray(message) && Boolean(message[field])
  );
}
