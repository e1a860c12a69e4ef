import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import type { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { bearerToken, type Principal, requirePrincipal } from "../caller.js";
import type { ReplacePasswordDeps } from "../passwords/replace-password.js";
import { toUserMessage } from "../users/user-message.js";
import type { CallerSession } from "../verification/verify-link.js";
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
import { fieldsToUpdate } from "./profile-mask.js";
import { type UpdateProfileDeps, updateProfile } from "./update-profile.js";

export type ProfileServiceDeps = UpdateProfileDeps &
  RequestPasswordChangeDeps &
  RequestPhoneChangeDeps &
  ConfirmPhoneChangeDeps &
  ReplacePasswordDeps & {
    /** Whom an access token stands for; throws UNAUTHENTICATED. */
    authenticate(token: string): Promise<Principal>;
  };

/** Implements ProfileService: maps wire messages to use cases and back. */
export function createProfileService(deps: ProfileServiceDeps): ServiceImpl<typeof ProfileService> {
  /** The session of the access token that came with a call that needs none. */
  async function ownSession(context: HandlerContext): Promise<CallerSession | null> {
    const token = bearerToken(context.requestHeader);
    if (token === null) return null;
    const { sessionId, user } = await deps.authenticate(token);
    return { id: sessionId, userId: user.id };
  }

  return {
    getProfile(_request, context) {
      // Authentication has just read the account; reading it again would double the cost of the call.
      return { user: toUserMessage(requirePrincipal(context).user) };
    },

    async updateProfile({ profile, updateMask }, context) {
      const values = {
        first_name: profile?.firstName ?? "",
        last_name: profile?.lastName ?? "",
        email: profile?.email ?? null,
        address: profile?.address ?? null,
        apartment_name: profile?.apartmentName ?? null,
      };
      const user = await updateProfile(deps, {
        userId: requirePrincipal(context).user.id,
        fields: fieldsToUpdate(values, updateMask),
        values,
      });
      return { user: toUserMessage(user) };
    },

    async requestPasswordChange(request, context) {
      const { user, sessionId } = requirePrincipal(context);
      await requestPasswordChange(deps, {
        userId: user.id,
        sessionId,
        currentPassword: request.currentPassword,
      });
      return {};
    },

    async confirmPasswordChange(request, context) {
      await confirmPasswordChange(deps, {
        token: request.token,
        code: request.code,
        newPassword: request.newPassword,
        newPasswordConfirm: request.newPasswordConfirm,
        session: await ownSession(context),
      });
      return {};
    },

    async requestPhoneChange(request, context) {
      const { user, sessionId } = requirePrincipal(context);
      await requestPhoneChange(deps, {
        userId: user.id,
        sessionId,
        newPhone: request.newPhone,
      });
      return {};
    },

    async confirmPhoneChange(request, context) {
      const newPhone = await confirmPhoneChange(deps, {
        token: request.token,
        code: request.code,
        session: await ownSession(context),
      });
      return { newPhone };
    },
  };
}
