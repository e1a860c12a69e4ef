import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import type { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { callerAddress, optionalPrincipal, requirePrincipal } from "../caller.js";
import { toExportMessage } from "../export/export-message.js";
import type { ReplacePasswordDeps } from "../passwords/replace-password.js";
import { toSessionMessage } from "../sessions/session-message.js";
import { toProfileUpdate } from "../users/profile-message.js";
import { toUserMessage } from "../users/user-message.js";
import { toChallengeMessage } from "../verification/challenge-message.js";
import type { CallerSession } from "../verification/compare-code.js";
import { type CancelPhoneChangeDeps, cancelPhoneChange } from "./cancel-phone-change.js";
import {
  confirmPasswordChange,
  type RequestPasswordChangeDeps,
  requestPasswordChange,
} from "./change-password.js";
import {
  type ConfirmPhoneChangeDeps,
  confirmPhoneChange,
  type RequestPhoneChangeDeps,
  requestPhoneChange,
} from "./change-phone.js";
import {
  type ConfirmAccountDeletionDeps,
  confirmAccountDeletion,
  type RequestAccountDeletionDeps,
  requestAccountDeletion,
  requestAccountDeletionByPhone,
} from "./delete-account.js";
import { type ExportOwnAccountDeps, exportOwnAccount } from "./export-own-account.js";
import { type RevokeSessionsDeps, revokeOtherSessions, revokeSession } from "./revoke-sessions.js";
import { type UpdateProfileDeps, updateProfile } from "./update-profile.js";

export type ProfileServiceDeps = UpdateProfileDeps &
  RevokeSessionsDeps &
  ExportOwnAccountDeps &
  RequestPasswordChangeDeps &
  RequestPhoneChangeDeps &
  ConfirmPhoneChangeDeps &
  CancelPhoneChangeDeps &
  RequestAccountDeletionDeps &
  ConfirmAccountDeletionDeps &
  ReplacePasswordDeps;

/** Implements ProfileService: maps wire messages to use cases and back. */
export function createProfileService(deps: ProfileServiceDeps): ServiceImpl<typeof ProfileService> {
  return {
    getProfile(_request, context) {
      // Authentication has just read the account; reading it again would double the cost of the call.
      return { user: toUserMessage(requirePrincipal(context).user) };
    },

    async updateProfile(request, context) {
      const userId = requirePrincipal(context).user.id;
      const user = await updateProfile(deps, { userId, ...toProfileUpdate(request) });
      return { user: toUserMessage(user) };
    },

    async listSessions(_request, context) {
      const { user, sessionId } = requirePrincipal(context);
      const sessions = await deps.sessions.list(null, user.id, sessionId);
      return { sessions: sessions.map(toSessionMessage) };
    },

    async revokeSession({ sessionId }, context) {
      await revokeSession(deps, { ...callingSession(context), sessionId });
      return {};
    },

    async revokeOtherSessions(_request, context) {
      return { revokedCount: await revokeOtherSessions(deps, callingSession(context)) };
    },

    async exportAccount({ currentPassword }, context) {
      const { user, sessionId, sessionAgeSeconds } = requirePrincipal(context);
      const proof = { userId: user.id, sessionId, sessionAgeSeconds, currentPassword };
      return { accountExport: toExportMessage(await exportOwnAccount(deps, proof)) };
    },

    async requestPasswordChange(request, context) {
      const { user, sessionId } = requirePrincipal(context);
      const challenge = await requestPasswordChange(deps, {
        userId: user.id,
        sessionId,
        currentPassword: request.currentPassword,
        callerAddress: callerAddress(context),
      });
      return { challenge: toChallengeMessage(challenge) };
    },

    async confirmPasswordChange(request, context) {
      await confirmPasswordChange(deps, {
        token: request.token,
        code: request.code,
        newPassword: request.newPassword,
        newPasswordConfirm: request.newPasswordConfirm,
        callerAddress: callerAddress(context),
        session: callerSession(context),
      });
      return {};
    },

    async requestPhoneChange(request, context) {
      const { user, ...session } = requirePrincipal(context);
      const challenge = await requestPhoneChange(deps, {
        userId: user.id,
        ...session,
        currentPassword: request.currentPassword,
        newPhone: request.newPhone,
        callerAddress: callerAddress(context),
      });
      return { challenge: toChallengeMessage(challenge) };
    },

    async confirmPhoneChange(request, context) {
      const newPhone = await confirmPhoneChange(deps, {
        token: request.token,
        code: request.code,
        callerAddress: callerAddress(context),
        session: callerSession(context),
      });
      return { newPhone };
    },

    async cancelPhoneChange({ token }) {
      await cancelPhoneChange(deps, { token });
      return {};
    },

    async requestAccountDeletion({ phone, currentPassword }, context) {
      const address = callerAddress(context);
      const principal = optionalPrincipal(context);
      const challenge = principal
        ? await requestAccountDeletion(deps, {
            userId: principal.user.id,
            phone: principal.user.phone,
            isSuperuser: principal.user.isSuperuser,
            sessionId: principal.sessionId,
            sessionAgeSeconds: principal.sessionAgeSeconds,
            currentPassword,
            callerAddress: address,
          })
        : requestAccountDeletionByPhone(deps, { phone, callerAddress: address });
      return { challenge: toChallengeMessage(challenge) };
    },

    async confirmAccountDeletion({ token, code }) {
      return { deletionAt: timestampFromDate(await confirmAccountDeletion(deps, { token, code })) };
    },
  };
}

function callingSession(context: HandlerContext) {
  const { user, sessionId: currentId } = requirePrincipal(context);
  return { userId: user.id, currentId };
}

/** The session of a signed-in caller; null for a caller without an access token. */
function callerSession(context: HandlerContext): CallerSession | null {
  const principal = optionalPrincipal(context);
  const address = callerAddress(context);
  return principal && { id: principal.sessionId, userId: principal.user.id, address };
}
