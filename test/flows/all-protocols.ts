import type { DescMethodUnary, JsonObject, JsonValue } from "@bufbuild/protobuf";
import { expect } from "chai";
import { Delivery } from "#gen/waterbill/identity/v1/challenge_pb.js";
import { ERROR_TABLE, type Reason } from "../../src/errors.js";
import { localize } from "../../src/messages/catalogue.js";
import type { Catalogue } from "../../src/messages/fr.js";
import { openProtocolClients, type ProtocolClient } from "../rpc/protocols.js";
import { callOf, undocumented } from "../support/documented/judge.js";
import { aroundTests, type FixtureScope } from "../support/fixture.js";
import { recordSecret } from "../support/log.js";

/** The result of a call, in one form for every protocol. */
export interface FlowResponse {
  /** The HTTP status over REST, the code (0 for OK) over the other protocols. */
  status: number;
  /** Undefined when the call succeeded. */
  reason: string | undefined;
  message: string;
  fields: Record<string, string>;
  header: Headers;
  /** The response with the field names of the .proto file; over REST its `data`, or the bare response. */
  data: Record<string, unknown>;
  /** The challenge of the response, or in the details of the error, which REST doesn't have. */
  challenge: FlowChallenge | undefined;
}

/** A challenge, in one form for every protocol. */
interface FlowChallenge {
  expires_at: Date;
  resend_at: Date;
  attempts_left: number;
  sends_left: number;
  code_length: number;
  delivery: string;
  registration?: string;
}

export interface FlowClient {
  name: string;
  call(method: DescMethodUnary, input: JsonObject, token?: string): Promise<FlowResponse>;
  /** The same client at another address, for a service that trusts this machine as a proxy. */
  at(address: string): FlowClient;
  close(): void;
}

/** The service's REST paths in contract.md, by the names of requests: two services have an ExportAccount. */
const restPaths: Record<string, readonly [httpMethod: string, path: string]> = {
  Register: ["POST", "/api/auth/register/"],
  Activate: ["POST", "/api/auth/activate/"],
  ResendCode: ["POST", "/api/auth/resend-code/"],
  Login: ["POST", "/api/auth/login/"],
  RefreshToken: ["POST", "/api/auth/token/refresh/"],
  Logout: ["POST", "/api/auth/logout/"],
  RequestSecondFactor: ["POST", "/api/auth/second-factor/request/"],
  ConfirmSecondFactor: ["POST", "/api/auth/second-factor/confirm/"],
  RequestPasswordReset: ["POST", "/api/auth/password/forgot/"],
  ConfirmPasswordReset: ["POST", "/api/auth/password/reset/confirm/"],
  GetProfile: ["GET", "/api/auth/profile/"],
  UpdateProfile: ["PATCH", "/api/auth/me/"],
  ListSessions: ["GET", "/api/auth/sessions/"],
  RevokeSession: ["DELETE", "/api/auth/sessions/{session_id}/"],
  RevokeOtherSessions: ["POST", "/api/auth/sessions/revoke-others/"],
  ExportAccount: ["POST", "/api/auth/me/export/"],
  AccountServiceExportAccount: ["POST", "/api/auth/admin/users/{phone}/export/"],
  RequestPasswordChange: ["POST", "/api/auth/password/change/request/"],
  ConfirmPasswordChange: ["POST", "/api/auth/password/change/confirm/"],
  RequestPhoneChange: ["POST", "/api/auth/phone/change/request/"],
  ConfirmPhoneChange: ["POST", "/api/auth/phone/change/confirm/"],
  GetOverview: ["GET", "/api/auth/admin/overview/"],
  GetAccount: ["GET", "/api/auth/admin/users/{phone}/"],
  ListAccountHistory: ["GET", "/api/auth/admin/users/{phone}/history/"],
  ListAccountSessions: ["GET", "/api/auth/admin/users/{phone}/sessions/"],
  RevokeAccountSessions: ["DELETE", "/api/auth/admin/users/{phone}/sessions/"],
  EraseAccount: ["DELETE", "/api/auth/admin/users/{phone}/"],
  ClearLimits: ["POST", "/api/auth/admin/users/{phone}/clear-limits/"],
  SetAccountActive: ["POST", "/api/auth/admin/users/set-active/"],
  BatchSetAccountsActive: ["POST", "/api/auth/admin/users/batch-set-active/"],
  SetAccountRole: ["POST", "/api/auth/admin/users/set-role/"],
  UpdateAccount: ["PATCH", "/api/auth/admin/users/{phone}/"],
  BatchUpdateWhitelistEntries: ["POST", "/api/auth/admin/whitelist/batch-update/"],
  ListWhitelistHistory: ["GET", "/api/auth/admin/whitelist/{phone}/history/"],
  CancelPhoneChange: ["POST", "/api/auth/phone/change/cancel/"],
  RequestAccountDeletion: ["POST", "/api/auth/account/delete/request/"],
  ConfirmAccountDeletion: ["POST", "/api/auth/account/delete/confirm/"],
};

/**
 * A client for every protocol of the service: gRPC, gRPC-Web, Connect binary, Connect JSON and REST. Calls over REST fail
 * unless their responses are as the OpenAPI document describes them.
 */
export function openAllClients(origin: string): FlowClient[] {
  return [...openProtocolClients(origin).map((protocol) => fromRpc(protocol)), restClient(origin)];
}

/** `openAllClients` for the tests of the describe that calls this; filled before the first of them. */
export function useAllClients(service: { origin: string }, scope?: FixtureScope): FlowClient[] {
  return useClients(() => openAllClients(service.origin), scope);
}

/** The same without REST, for methods that it doesn't have. */
export function useRpcClients(service: { origin: string }): FlowClient[] {
  return useClients(() => openProtocolClients(service.origin).map((protocol) => fromRpc(protocol)));
}

function useClients(open: () => FlowClient[], scope?: FixtureScope): FlowClient[] {
  const clients: FlowClient[] = [];
  aroundTests(async () => {
    clients.push(...open());
    return () => {
      for (const client of clients.splice(0)) client.close();
    };
  }, scope);
  return clients;
}

function fromRpc(protocol: ProtocolClient, address?: string): FlowClient {
  return {
    name: protocol.name,
    at: (other) => fromRpc(protocol, other),
    async call(method, input, token) {
      const headers = {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(address !== undefined && { "x-forwarded-for": address }),
      };
      const response = await protocol.call(method, input, headers);
      const data = snakeCase(response.data ?? {}) as Record<string, unknown>;
      recordTokens(data);
      const { reason, message, fields, header } = response;
      return {
        status: response.code ?? 0,
        reason: response.code === undefined ? undefined : (reason ?? "none"),
        message,
        fields,
        header,
        data,
        challenge: toFlowChallenge(data.challenge ?? snakeCase(response.challenge ?? null)),
      };
    },
    close: () => protocol.close(),
  };
}

function restClient(origin: string, address?: string): FlowClient {
  return {
    name: "REST",
    at: (other) => restClient(origin, other),
    async call(method, input, token) {
      const [httpMethod, template] = restPaths[method.input.name.replace(/Request$/, "")]!;
      const body = "profile" in input ? input.profile : input;
      const response = await fetch(`${origin}${targetOf(httpMethod, template, input)}`, {
        method: httpMethod,
        headers: {
          "content-type": "application/json",
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(address !== undefined && { "x-forwarded-for": address }),
        },
        ...(httpMethod !== "GET" && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const { status, headers: header } = response;
      const fault = undocumented(callOf(httpMethod, template)!, { status, header, text });
      expect(fault, `the OpenAPI document of ${httpMethod} ${template}: ${text}`).to.equal("");
      const envelope = JSON.parse(text) as Record<string, unknown>;
      const data = ("status" in envelope ? (envelope.data ?? {}) : envelope) as Record<string, unknown>;
      recordTokens(data);
      const message = String(envelope.message ?? "");
      const challenge = toFlowChallenge(data.challenge);
      if (response.ok) return { status, reason: undefined, message, fields: {}, header, data, challenge };
      const fields = Object.fromEntries(
        Object.entries(data).map(([field, messages]) => [field, (messages as string[])[0] ?? ""]),
      );
      const reason = reasonOf(status, message);
      return { status, reason, message, fields, header, data, challenge: undefined };
    },
    close() {},
  };
}

/** The path with its fields, and in a request without a body all others as its query. */
function targetOf(httpMethod: string, template: string, input: JsonObject): string {
  const path = template.replace(/\{(\w+)\}/, (_, name) => encodeURIComponent(String(input[name])));
  if (httpMethod !== "GET") return path;
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input)) {
    if (!template.includes(`{${name}}`)) query.set(name, String(value));
  }
  return query.size > 0 ? `${path}?${query}` : path;
}

/** REST has no reasons: returns the one with this status and message. */
function reasonOf(status: number, text: string): string {
  const prefix = localize("fr", (m) => m.registrationFailed(""));
  const message = text.startsWith(prefix) ? text.slice(prefix.length) : text;
  const others: Partial<Record<Reason, readonly ((m: Catalogue) => string)[]>> = {
    CODE_INCORRECT: [(m) => m.verificationCodeIncorrect],
    REFRESH_REJECTED: [(m) => m.refreshBlacklisted],
    REAUTHENTICATION_REQUIRED: [(m) => m.secondFactorRequired],
    PASSWORD_REJECTED: [
      (m) => m.passwordTooCommon,
      (m) => m.passwordEntirelyNumeric,
      (m) => m.passwordTooShort(8),
      (m) => m.passwordTooLong(128),
      (m) => m.passwordTooSimilar.phone,
      (m) => m.passwordTooSimilar.firstName,
      (m) => m.passwordTooSimilar.lastName,
      (m) => m.passwordTooSimilar.email,
    ],
    INVALID_REQUEST: [
      (m) => m.fieldRequired,
      (m) => m.fieldInvalid,
      (m) => m.fieldTooMany(500),
      (m) => m.pageTokenInvalid,
      (m) => m.batchChange,
      (m) => m.passwordsDiffer,
      (m) => m.passwordsDiffer,
      (m) => m.reasonNamesAccount,
    ],
  };
  for (const [reason, rendering] of Object.entries(ERROR_TABLE) as [Reason, (typeof ERROR_TABLE)[Reason]][]) {
    const messages = [rendering.message, ...(others[reason] ?? [])];
    if (rendering.status === status && messages.some((each) => localize("fr", each) === message))
      return reason;
  }
  return status === 429 ? "RATE_LIMITED" : `${status} ${text}`;
}

/** `@grpc/grpc-js` has timestamps in two numbers, seconds as a Long, and enums as numbers. Both leave out zeros. */
function toFlowChallenge(value: unknown): FlowChallenge | undefined {
  if (!value) return undefined;
  const { expires_at, resend_at, attempts_left, sends_left, code_length, delivery, registration } =
    value as Record<string, unknown>;
  const toDate = (at: unknown) => {
    if (typeof at === "string") return new Date(at);
    const { seconds, nanos = 0 } = at as { seconds: { low: number }; nanos?: number };
    return new Date(seconds.low * 1000 + nanos / 1e6);
  };
  return {
    expires_at: toDate(expires_at),
    resend_at: toDate(resend_at),
    attempts_left: Number(attempts_left ?? 0),
    sends_left: Number(sends_left ?? 0),
    code_length: Number(code_length ?? 0),
    delivery: typeof delivery === "number" ? `DELIVERY_${Delivery[delivery]}` : String(delivery),
    ...(typeof registration === "string" && registration !== "" && { registration }),
  };
}

function snakeCase(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(snakeCase);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      snakeCase(inner),
    ]),
  );
}

function recordTokens(data: Record<string, unknown>): void {
  const tokens = (data.tokens ?? data) as Record<string, unknown>;
  for (const name of ["access", "refresh"]) {
    if (typeof tokens[name] === "string") recordSecret(tokens[name]);
  }
}

/** The response's content; fails with the refusal when the call was refused. */
export async function accepted(response: Promise<FlowResponse>): Promise<Record<string, unknown>> {
  const { reason, message, fields, data } = await response;
  expect(reason, `${message} ${JSON.stringify(fields)}`).to.equal(undefined);
  return data;
}

export async function expectRefusal(response: Promise<FlowResponse>, reason: Reason): Promise<FlowResponse> {
  const refused = await response;
  expect(refused.reason, refused.message).to.equal(reason);
  return refused;
}
