import type { DescMethod } from "@bufbuild/protobuf";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import type { Sentence } from "../messages/catalogue.js";

/** What REST answers when a method went well. */
export type Outcome = BareOutcome | EnvelopeOutcome;

/** The message alone, as the service that REST's clients were written for did. */
interface BareOutcome {
  shape: "bare";
}

interface EnvelopeOutcome {
  shape: "envelope" | "no data";
  /** 200 when absent. */
  status?: number;
  message: Sentence;
  /** What stands around the sentence when a field is at fault. */
  failure?: (reason: string) => Sentence;
}

/** The answers of the specification, by method. A REST method without one stops the server from starting. */
export const outcomes: ReadonlyMap<DescMethod, Outcome> = new Map<DescMethod, Outcome>([
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
  [AuthService.method.login, { shape: "envelope", message: (m) => m.loggedIn }],
  [AuthService.method.refreshToken, { shape: "bare" }],
  [AuthService.method.logout, { shape: "no data", message: (m) => m.loggedOut }],
  [AuthService.method.requestPasswordReset, { shape: "envelope", message: (m) => m.passwordResetRequested }],
  [AuthService.method.confirmPasswordReset, { shape: "envelope", message: (m) => m.passwordReset }],
  [ProfileService.method.getProfile, { shape: "envelope", message: (m) => m.profileRead }],
  [ProfileService.method.updateProfile, { shape: "envelope", message: (m) => m.profileUpdated }],
  [
    ProfileService.method.requestPasswordChange,
    { shape: "envelope", message: (m) => m.verificationCodeSent },
  ],
  [ProfileService.method.confirmPasswordChange, { shape: "envelope", message: (m) => m.passwordChanged }],
  [ProfileService.method.requestPhoneChange, { shape: "envelope", message: (m) => m.verificationCodeSent }],
  [ProfileService.method.confirmPhoneChange, { shape: "envelope", message: (m) => m.phoneChanged }],
  [ProfileService.method.listUsers, { shape: "envelope", message: (m) => m.usersRead }],
  [ProfileService.method.setUserActive, { shape: "envelope", message: (m) => m.userActivated }],
]);
