import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { ServiceImpl } from "@connectrpc/connect";
import type { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { callerAddress, callerKey, requirePrincipal } from "../caller.js";
import type { ReplacePasswordDeps } from "../passwords/replace-password.js";
import { toUserMessage } from "../users/user-message.js";
import { toChallengeMessage } from "../verification/challenge-message.js";
import { type ActivateDeps, activate } from "./activate.js";
import { type ConfirmSecondFactorDeps, confirmSecondFactor } from "./confirm-second-factor.js";
import { type LoginDeps, login } from "./login.js";
import { type LogoutDeps, logout } from "./logout.js";
import { type RefreshSessionDeps, refreshSession } from "./refresh-session.js";
import { type RegisterDeps, register } from "./register.js";
import { type RequestSecondFactorDeps, requestSecondFactor } from "./request-second-factor.js";
import { type ResendCodeDeps, resendCode } from "./resend-code.js";
import {
  confirmPasswordReset,
  type RequestPasswordResetDeps,
  requestPasswordReset,
} from "./reset-password.js";

export type AuthServiceDeps = RegisterDeps &
  ActivateDeps &
  ResendCodeDeps &
  LoginDeps &
  RefreshSessionDeps &
  LogoutDeps &
  RequestSecondFactorDeps &
  ConfirmSecondFactorDeps &
  RequestPasswordResetDeps &
  ReplacePasswordDeps;

/** Implements AuthService: maps wire messages to use cases and back. */
export function createAuthService(deps: AuthServiceDeps): ServiceImpl<typeof AuthService> {
  return {
    async register(request, context) {
      const challenge = await register(deps, {
        phone: request.phone,
        firstName: request.firstName,
        lastName: request.lastName,
        password: request.password,
        passwordConfirm: request.passwordConfirm,
        email: request.email ?? null,
        address: request.address ?? null,
        apartmentName: request.apartmentName ?? null,
        callerAddress: callerAddress(context),
      });
      return { challenge: toChallengeMessage(challenge) };
    },

    async activate(request, context) {
      const user = await activate(deps, {
        phone: request.phone,
        code: request.code,
        registration: request.registration ?? "",
        callerAddress: callerAddress(context),
      });
      return { user: toUserMessage(user) };
    },

    async resendCode(request, context) {
      const challenge = await resendCode(deps, {
        phone: request.phone,
        registration: request.registration ?? "",
        callerAddress: callerAddress(context),
      });
      return { challenge: toChallengeMessage(challenge) };
    },

    async login(request, context) {
      const { address, userAgent: client } = context.values.get(callerKey);
      const { phone, password, device: knownDevice = "" } = request;
      const input = { phone, password, device: knownDevice, client, address };
      const { user, device, tokens, cancelsDeletion, needsSecondFactor } = await login(deps, input);
      return {
        ...{ user: toUserMessage(user), device, tokens },
        ...(cancelsDeletion && { deletionCancelled: true }),
        ...(needsSecondFactor && { secondFactorRequired: true }),
      };
    },

    refreshToken(request, context) {
      return refreshSession(deps, { refresh: request.refresh, address: callerAddress(context) });
    },

    async logout(request, context) {
      const { user } = requirePrincipal(context);
      await logout(deps, { userId: user.id, refresh: request.refresh });
      return {};
    },

    async requestSecondFactor(_, context) {
      const { user, sessionId } = requirePrincipal(context);
      const challenge = await requestSecondFactor(deps, {
        user,
        sessionId,
        callerAddress: callerAddress(context),
      });
      return { challenge: toChallengeMessage(challenge) };
    },

    async confirmSecondFactor({ code, device = "" }, context) {
      const { user, sessionId } = requirePrincipal(context);
      const passed = await confirmSecondFactor(deps, {
        ...{ user, sessionId, code, device },
        callerAddress: callerAddress(context),
      });
      return {
        device: passed.device,
        secondFactorExpiresAt: timestampFromDate(passed.expiresAt),
      };
    },

    requestPasswordReset(request, context) {
      const challenge = requestPasswordReset(deps, {
        phone: request.phone,
        callerAddress: callerAddress(context),
      });
      return { challenge: toChallengeMessage(challenge) };
    },

    async confirmPasswordReset(request, context) {
      await confirmPasswordReset(deps, {
        token: request.token,
        code: request.code,
        newPassword: request.newPassword,
        newPasswordConfirm: request.newPasswordConfirm,
        callerAddress: callerAddress(context),
      });
      return {};
    },
  };
}
