import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { LoginResponse } from "../gen/waterbill/identity/v1/auth_service_pb.js";
import type { User } from "../gen/waterbill/identity/v1/user_pb.js";
import type { CodeChallenge } from "./challenge.js";
import type { Clock } from "./clock.js";
import { endSession } from "./end-session.js";
import type { CallOptions, Responses } from "./responses.js";
import type { Services } from "./services.js";
import type { Sessions } from "./sessions.js";
import type { StateStore } from "./state-store.js";
import type { StoredState } from "./token-store.js";

export interface Registration {
  phone: string;
  firstName: string;
  lastName: string;
  password: string;
  passwordConfirm: string;
  email?: string;
  address?: string;
  apartmentName?: string;
}

/** A sign-in. */
export interface SignIn {
  user: User;
  /** True: the account was to be deleted, and this sign-in keeps it. Say so to its user. */
  deletionCancelled: boolean;
  /** True: the methods for administrators refuse this session until `confirmSecondFactor`. */
  secondFactorRequired: boolean;
}

export interface SignInMethods {
  /** Registers a number, which gets a code by SMS. */
  register(registration: Registration, options?: CallOptions): Promise<CodeChallenge>;
  /** Proves the number with the code. The account can sign in then. */
  activate(input: { phone: string; code: string }, options?: CallOptions): Promise<User>;
  resendCode(input: { phone: string }, options?: CallOptions): Promise<CodeChallenge>;
  /** Signs in. A session that was open on this device is replaced, and ended on the server if that can be reached. */
  login(input: { phone: string; password: string }, options?: CallOptions): Promise<SignIn>;
  /** Sends a code to an administrator's own number, for the second step of the sign-in. */
  requestSecondFactor(options?: CallOptions): Promise<CodeChallenge>;
  /**
   * Completes the second step, which this device remembers at its next sign-ins. Resolves with the time when it has to be
   * passed again.
   */
  confirmSecondFactor(code: string, options?: CallOptions): Promise<Date>;
  /**
   * Signs out on this device at once, and tries to end the session on the server. Resolves with whether the server said
   * that it is over. Rejects only if the store fails.
   */
  logout(options?: CallOptions & { forgetsDevice?: boolean }): Promise<boolean>;
  requestPasswordReset(input: { phone: string }, options?: CallOptions): Promise<CodeChallenge>;
  /** Sets a new password with the link's token and the code. Ends every session of the account. */
  confirmPasswordReset(
    input: { token: string; code: string; newPassword: string; newPasswordConfirm: string },
    options?: CallOptions,
  ): Promise<void>;
}

export interface SignInDeps {
  auth: Services["auth"];
  /** The same service, for calls that the session has no part in. */
  plainAuth: Services["auth"];
  sessions: Sessions;
  store: StateStore;
  responses: Responses;
  clock: Clock;
}

const LOGOUT_TIMEOUT_MS = 5_000;

export function createSignInMethods(deps: SignInDeps): SignInMethods {
  const { auth, plainAuth, sessions, store, responses, clock } = deps;

  /** The registration on this device, if it is that of the number. */
  async function secretFor(phone: string): Promise<{ registration?: string }> {
    const { registration } = await store.read();
    return registration && isSamePhone(registration.phone, phone)
      ? { registration: registration.secret }
      : {};
  }

  /** A store that fails must not hide that the service has done its part: activation works without the secret too. */
  async function keepRegistration(registration: StoredState["registration"]): Promise<void> {
    const update = store.update(({ registration: _, ...rest }) =>
      registration ? { ...rest, registration } : rest,
    );
    await update.catch(() => undefined);
  }

  /** The same. Another account that signed in meanwhile keeps its own device. */
  async function keepDevice(device: string, sessionId: string | undefined): Promise<void> {
    const update = store.update((state) => (state.session?.id === sessionId ? { ...state, device } : null));
    await update.catch(() => undefined);
  }

  return {
    async register(registration, options) {
      const response = await auth.register(registration, options);
      const challenge = responses.challenge(response.challenge);
      const { phone } = registration;
      if (challenge.registration) await keepRegistration({ phone, secret: challenge.registration });
      return challenge;
    },
    async activate(input, options) {
      const response = await auth.activate({ ...input, ...(await secretFor(input.phone)) }, options);
      const user = responses.required(response.user);
      await keepRegistration(undefined);
      return user;
    },
    async resendCode({ phone }, options) {
      const response = await auth.resendCode({ phone, ...(await secretFor(phone)) }, options);
      return responses.challenge(response.challenge);
    },
    async login(input, options) {
      const { device } = await store.read();
      const sentAt = clock.now();
      const response = await auth.login({ ...input, ...(device && { device }) }, options);
      const user = responses.required(response.user);
      const replaced = await sessions.signIn(toSession(response, responses), response.device, sentAt);
      // Nobody holds its tokens any more. Whether the server hears of it changes nothing for the app.
      if (replaced) void endSession(plainAuth, replaced, { timeoutMs: LOGOUT_TIMEOUT_MS });
      const { deletionCancelled = false, secondFactorRequired = false } = response;
      return { user, deletionCancelled, secondFactorRequired };
    },
    async requestSecondFactor(options) {
      return responses.challenge((await auth.requestSecondFactor({}, options)).challenge);
    },
    async confirmSecondFactor(code, options) {
      const { session, device } = await store.read();
      const response = await auth.confirmSecondFactor({ code, ...(device && { device }) }, options);
      const expiresAt = responses.required(response.secondFactorExpiresAt);
      await keepDevice(response.device, session?.id);
      return timestampDate(expiresAt);
    },
    async logout({ forgetsDevice = false, ...options } = {}) {
      const session = await sessions.signOut({ forgetsDevice });
      const timeoutMs = options.timeoutMs ?? LOGOUT_TIMEOUT_MS;
      return !session || endSession(plainAuth, session, { ...options, timeoutMs });
    },
    async requestPasswordReset(input, options) {
      const response = await auth.requestPasswordReset(input, options);
      return responses.challenge(response.challenge);
    },
    async confirmPasswordReset(input, options) {
      await auth.confirmPasswordReset(input, options);
    },
  };
}

function toSession({ tokens }: LoginResponse, { required }: Responses) {
  const { access, refresh, accessExpiresIn, refreshExpiresIn } = required(tokens);
  return { id: newSessionId(), access, refresh, accessExpiresIn, refreshExpiresIn };
}

/** Not secret, so it needs no better randomness. */
const newSessionId = () => `${Math.random().toString(36).slice(2)}${Math.random().toString(36).slice(2)}`;

/** People write a number in several ways; its last nine digits are the same in all of them. */
function isSamePhone(a: string, b: string): boolean {
  const ending = (phone: string) => phone.replace(/\D/g, "").slice(-9);
  return ending(a) === ending(b);
}
