import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { AccountExport } from "../gen/waterbill/identity/v1/account_export_pb.js";
import type { Session } from "../gen/waterbill/identity/v1/session_pb.js";
import type { User } from "../gen/waterbill/identity/v1/user_pb.js";
import type { CodeChallenge } from "./challenge.js";
import type { CallOptions, Responses } from "./responses.js";
import type { Services } from "./services.js";

/** Null and "" clear a field that may be empty. */
export interface ProfileChanges {
  firstName?: string;
  lastName?: string;
  email?: string | null;
  address?: string | null;
  apartmentName?: string | null;
}

/**
 * What people do with their own account. All of it needs a sign-in, except the confirmations, cancelPhoneChange, and
 * requestAccountDeletion with a phone number.
 */
export interface AccountMethods {
  profile(options?: CallOptions): Promise<User>;
  /** Changes the fields that are there. */
  updateProfile(changes: ProfileChanges, options?: CallOptions): Promise<User>;
  /** The caller's own session first. */
  listSessions(options?: CallOptions): Promise<Session[]>;
  revokeSession(sessionId: string, options?: CallOptions): Promise<void>;
  /** Resolves with how many sessions it ended. */
  revokeOtherSessions(options?: CallOptions): Promise<number>;
  requestPasswordChange(input: { currentPassword: string }, options?: CallOptions): Promise<CodeChallenge>;
  confirmPasswordChange(
    input: { token: string; code: string; newPassword: string; newPasswordConfirm: string },
    options?: CallOptions,
  ): Promise<void>;
  requestPhoneChange(
    input: { newPhone: string; currentPassword?: string },
    options?: CallOptions,
  ): Promise<CodeChallenge>;
  /** Resolves with the new number. */
  confirmPhoneChange(input: { token: string; code: string }, options?: CallOptions): Promise<string>;
  cancelPhoneChange(input: { token: string }, options?: CallOptions): Promise<void>;
  /** All that is kept about the account. */
  exportAccount(input: { currentPassword?: string }, options?: CallOptions): Promise<AccountExport>;
  /** The number counts only for callers who aren't signed in. */
  requestAccountDeletion(
    input: { currentPassword?: string; phone?: string },
    options?: CallOptions,
  ): Promise<CodeChallenge>;
  /** Ends every session of the account. Resolves with the time of its erasure, until which a login keeps it. */
  confirmAccountDeletion(input: { token: string; code: string }, options?: CallOptions): Promise<Date>;
}

/** The names of the fields in a mask. */
const MASK_PATHS: Readonly<Record<keyof ProfileChanges, string>> = {
  firstName: "first_name",
  lastName: "last_name",
  email: "email",
  address: "address",
  apartmentName: "apartment_name",
};

export function createAccountMethods(service: Services["profile"], responses: Responses): AccountMethods {
  return {
    async profile(options) {
      return responses.required((await service.getProfile({}, options)).user);
    },
    async updateProfile(changes, options) {
      return responses.required((await service.updateProfile(toUpdate(changes), options)).user);
    },
    async listSessions(options) {
      return (await service.listSessions({}, options)).sessions;
    },
    async revokeSession(sessionId, options) {
      await service.revokeSession({ sessionId }, options);
    },
    async revokeOtherSessions(options) {
      return (await service.revokeOtherSessions({}, options)).revokedCount;
    },
    async requestPasswordChange(input, options) {
      return responses.challenge((await service.requestPasswordChange(input, options)).challenge);
    },
    async confirmPasswordChange(input, options) {
      await service.confirmPasswordChange(input, options);
    },
    async requestPhoneChange(input, options) {
      return responses.challenge((await service.requestPhoneChange(input, options)).challenge);
    },
    async confirmPhoneChange(input, options) {
      return (await service.confirmPhoneChange(input, options)).newPhone;
    },
    async cancelPhoneChange(input, options) {
      await service.cancelPhoneChange(input, options);
    },
    async exportAccount(input, options) {
      return responses.required((await service.exportAccount(input, options)).accountExport);
    },
    async requestAccountDeletion(input, options) {
      return responses.challenge((await service.requestAccountDeletion(input, options)).challenge);
    },
    async confirmAccountDeletion(input, options) {
      const { deletionAt } = await service.confirmAccountDeletion(input, options);
      return timestampDate(responses.required(deletionAt));
    },
  };
}

function toUpdate(changes: ProfileChanges) {
  const names = (Object.keys(MASK_PATHS) as (keyof ProfileChanges)[]).filter(
    (name) => changes[name] !== undefined,
  );
  return {
    profile: Object.fromEntries(names.map((name) => [name, changes[name] ?? ""])),
    updateMask: { paths: names.map((name) => MASK_PATHS[name]) },
  };
}
