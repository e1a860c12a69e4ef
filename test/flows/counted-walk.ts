import { codeToString } from "@connectrpc/connect/protocol-connect";
import { AccountService } from "#gen/waterbill/identity/v1/account_service_pb.js";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { ERROR_TABLE, type Reason } from "../../src/errors.js";
import { recordSecret } from "../support/log.js";
import { accepted, expectRefusal, type FlowClient } from "./all-protocols.js";

const { register, activate, login, refreshToken, logout } = AuthService.method;
const { requestPasswordReset, confirmPasswordReset } = AuthService.method;
const { getProfile, requestPasswordChange, confirmPasswordChange } = ProfileService.method;
const { requestPhoneChange, confirmPhoneChange } = ProfileService.method;
const { setAccountActive, clearLimits, listAccountSessions } = AccountService.method;

/** What one walk does, as the metrics of this service's own say it. */
export const WALK_COUNTS: Readonly<Record<string, number>> = {
  waterbill_registrations_total: 1,
  waterbill_activations_total: 1,
  'waterbill_codes_total{purpose="activation",event="sent"}': 1,
  'waterbill_codes_total{purpose="activation",event="refused"}': 1,
  'waterbill_codes_total{purpose="activation",event="verified"}': 1,
  'waterbill_codes_total{purpose="password_reset",event="sent"}': 1,
  'waterbill_codes_total{purpose="password_reset",event="refused"}': 1,
  'waterbill_codes_total{purpose="password_reset",event="verified"}': 1,
  'waterbill_codes_total{purpose="password_change",event="sent"}': 1,
  'waterbill_codes_total{purpose="password_change",event="verified"}': 1,
  'waterbill_codes_total{purpose="phone_change",event="sent"}': 1,
  'waterbill_codes_total{purpose="phone_change",event="verified"}': 1,
  'waterbill_sessions_total{event="opened"}': 6,
  'waterbill_sessions_total{event="refreshed"}': 2,
  // One by reuse, one by Logout, one by the new password, two by the new number, and one by the administrator.
  'waterbill_sessions_total{event="ended"}': 6,
  'waterbill_sessions_total{event="reused"}': 1,
  'waterbill_sign_ins_refused_total{reason="CREDENTIALS_REJECTED"}': 1,
  'waterbill_sign_ins_refused_total{reason="ACCOUNT_NOT_ACTIVATED"}': 1,
  'waterbill_acts_total{action="registered",actor="owner"}': 1,
  'waterbill_acts_total{action="activated",actor="owner"}': 1,
  'waterbill_acts_total{action="refresh_reused",actor="system"}': 1,
  'waterbill_acts_total{action="session_ended",actor="owner"}': 1,
  'waterbill_acts_total{action="password_reset",actor="owner"}': 1,
  'waterbill_acts_total{action="password_changed",actor="owner"}': 1,
  'waterbill_acts_total{action="phone_changed",actor="owner"}': 1,
  'waterbill_acts_total{action="deactivated",actor="administrator"}': 1,
  'waterbill_acts_total{action="reactivated",actor="administrator"}': 1,
  'waterbill_acts_total{action="limits_cleared",actor="administrator"}': 1,
  'waterbill_acts_total{action="viewed",actor="administrator"}': 1,
  'waterbill_sms_total{kind="code",outcome="accepted"}': 4,
  // Of a phone change, to both numbers.
  'waterbill_sms_total{kind="confirmation",outcome="accepted"}': 4,
  'waterbill_sms_total{kind="notice",outcome="accepted"}': 1,
  'waterbill_rate_limited_total{limit="forgot"}': 1,
};

/** `rpc.system.name` of each client. */
const SYSTEMS: Readonly<Record<string, string>> = {
  gRPC: "grpc",
  "gRPC-Web": "grpc_web",
  "Connect binary": "connectrpc",
  "Connect JSON": "connectrpc",
  REST: "rest",
};

/** The same client, which counts its calls in `calls` by the series that the metrics have for them. */
export function countCalls(client: FlowClient, calls: Record<string, number>): FlowClient {
  return {
    ...client,
    async call(method, input, token) {
      const response = await client.call(method, input, token);
      const { reason = "" } = response;
      const status = reason === "" ? "OK" : codeToString(ERROR_TABLE[reason as Reason].code).toUpperCase();
      const series =
        `rpc_server_call_duration_seconds_count{rpc_system_name="${SYSTEMS[client.name]}",` +
        `rpc_method="${method.parent.typeName}/${method.name}",` +
        `rpc_response_status_code="${status}",error_type="${reason}"}`;
      calls[series] = (calls[series] ?? 0) + 1;
      return response;
    },
  };
}

/** Who walks, and what the service has sent. */
export interface Walker {
  client: FlowClient;
  /** Whitelisted numbers: of the account, and after its change. */
  phones: readonly [string, string];
  /** The access token of an administrator. */
  administrator: string;
  activationCode(phone: string): Promise<string>;
  /** The last code and link for an operation on an account. */
  proof(phone: string, operation: string): Promise<{ code: string; token: string }>;
}

/** Does everything that `WALK_COUNTS` counts, with one client. */
export async function walk(walker: Walker): Promise<void> {
  await signUp(walker);
  await stayAndLeave(walker);
  await recover(walker);
  await moveOut(walker);
}

const PASSWORDS = ["Motdepasse-4242", "Retrouve-4242", "Change-4242"] as const;
for (const password of PASSWORDS) recordSecret(password);

const other = (code: string) => (code === "000000" ? "000001" : "000000");
const passwords = (password: string) => ({ new_password: password, new_password_confirm: password });

async function signIn(client: FlowClient, phone: string, password: string) {
  const { tokens } = await accepted(client.call(login, { phone, password }));
  return tokens as { access: string; refresh: string };
}

async function signUp({ client, phones: [phone], activationCode }: Walker): Promise<void> {
  const [password] = PASSWORDS;
  const names = { first_name: "Ada", last_name: "Doe" };
  await accepted(client.call(register, { phone, ...names, password, password_confirm: password }));
  await expectRefusal(client.call(login, { phone, password }), "ACCOUNT_NOT_ACTIVATED");
  const code = await activationCode(phone);
  await expectRefusal(client.call(activate, { phone, code: other(code) }), "CODE_INCORRECT");
  await accepted(client.call(activate, { phone, code }));
}

async function stayAndLeave({ client, phones: [phone] }: Walker): Promise<void> {
  const [password] = PASSWORDS;
  await expectRefusal(client.call(login, { phone, password: "wrong" }), "CREDENTIALS_REJECTED");
  const stolen = await signIn(client, phone, password);
  for (let read = 0; read < 3; read++) await accepted(client.call(getProfile, {}, stolen.access));
  const { refresh } = await accepted(client.call(refreshToken, { refresh: stolen.refresh }));
  await accepted(client.call(refreshToken, { refresh: String(refresh) }));
  await expectRefusal(client.call(refreshToken, { refresh: stolen.refresh }), "REFRESH_REJECTED");
  const last = await signIn(client, phone, password);
  await accepted(client.call(logout, { refresh: last.refresh }, last.access));
}

async function recover({ client, phones: [phone], proof }: Walker): Promise<void> {
  const [, reset, changed] = PASSWORDS;
  await accepted(client.call(requestPasswordReset, { phone }));
  await expectRefusal(client.call(requestPasswordReset, { phone }), "RATE_LIMITED");
  const sent = await proof(phone, "réinitialisation de mot de passe");
  const wrong = { ...sent, code: other(sent.code) };
  await expectRefusal(client.call(confirmPasswordReset, { ...wrong, ...passwords(reset) }), "CODE_INCORRECT");
  await accepted(client.call(confirmPasswordReset, { ...sent, ...passwords(reset) }));
  const own = await signIn(client, phone, reset);
  await signIn(client, phone, reset);
  await accepted(client.call(requestPasswordChange, { current_password: reset }, own.access));
  const change = { ...(await proof(phone, "changement de mot de passe")), ...passwords(changed) };
  await accepted(client.call(confirmPasswordChange, change, own.access));
}

async function moveOut({ client, phones: [old, phone], administrator, proof }: Walker): Promise<void> {
  const [, , password] = PASSWORDS;
  const { access } = await signIn(client, old, password);
  await accepted(client.call(requestPhoneChange, { new_phone: phone }, access));
  await accepted(
    client.call(confirmPhoneChange, await proof(phone, "changement de numéro de téléphone"), access),
  );
  await signIn(client, phone, password);
  await accepted(client.call(clearLimits, { phone, reason: "drill" }, administrator));
  await accepted(client.call(listAccountSessions, { phone }, administrator));
  for (const is_active of [false, true]) {
    await accepted(client.call(setAccountActive, { phone, is_active, reason: "drill" }, administrator));
  }
}
