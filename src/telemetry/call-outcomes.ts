import type { SmsKind } from "./metrics.js";

/** The operations that a code sent by SMS authorises. */
type CodePurpose = Exclude<SmsKind, "confirmation" | "notice">;

/** What the end of a call counts as. */
export interface CallOutcome {
  /** As `counters.ts` names it. */
  counter: "registrations" | "activations" | "codes" | "sessions" | "signInsRefused";
  labels: Readonly<Record<string, string>>;
}

const code = (purpose: CodePurpose, event: "verified" | "refused"): CallOutcome => ({
  counter: "codes",
  labels: { purpose, event },
});

const SERVICE = "waterbill.identity.v1.";

/** What a call of a method that succeeded counts as. */
const SUCCESSES: Readonly<Record<string, readonly CallOutcome[]>> = {
  "AuthService/Register": [{ counter: "registrations", labels: {} }],
  "AuthService/Activate": [{ counter: "activations", labels: {} }],
  "AuthService/Login": [{ counter: "sessions", labels: { event: "opened" } }],
  "AuthService/RefreshToken": [{ counter: "sessions", labels: { event: "refreshed" } }],
};

/** The methods that take a code. */
const CODE_METHODS: Readonly<Record<string, CodePurpose>> = {
  "AuthService/Activate": "activation",
  "AuthService/ConfirmSecondFactor": "second_factor",
  "AuthService/ConfirmPasswordReset": "password_reset",
  "ProfileService/ConfirmPasswordChange": "password_change",
  "ProfileService/ConfirmPhoneChange": "phone_change",
  "ProfileService/ConfirmAccountDeletion": "account_deletion",
};

/** Why a code is refused. */
const CODE_REFUSALS: ReadonlySet<string | undefined> = new Set([
  "CODE_INCORRECT",
  "CODE_EXPIRED",
  "CODE_LOCKED",
]);

/** Why a login is refused for what it says, or for how often it was tried. */
const SIGN_IN_REFUSALS: ReadonlySet<string | undefined> = new Set([
  "CREDENTIALS_REJECTED",
  "ACCOUNT_NOT_ACTIVATED",
  "RATE_LIMITED",
]);

/** Returns what the end of a call counts as. `reason` is that of its error; undefined, with `isOk`, if it has none. */
export function outcomesOf(method: string, isOk: boolean, reason: string | undefined): CallOutcome[] {
  if (!method.startsWith(SERVICE)) return [];
  const name = method.slice(SERVICE.length);
  const purpose = CODE_METHODS[name];
  const outcomes: CallOutcome[] = isOk ? [...(SUCCESSES[name] ?? [])] : [];
  if (purpose && isOk) outcomes.push(code(purpose, "verified"));
  if (purpose && CODE_REFUSALS.has(reason)) outcomes.push(code(purpose, "refused"));
  if (reason && name === "AuthService/Login" && SIGN_IN_REFUSALS.has(reason)) {
    outcomes.push({ counter: "signInsRefused", labels: { reason } });
  }
  return outcomes;
}
