import type { DescMethodUnary, JsonObject } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { expect } from "chai";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { addSeconds } from "../../src/system/clock.js";
import { recordSecret } from "../support/log.js";
import { newPhoneOfKind, PHONE_KINDS, type PhoneKind } from "../support/phone-kinds.js";
import { generousLimits, useTestService } from "../support/service.js";
import { type TestContext, testPassword } from "../support/test-context.js";
import { type FlowClient, type FlowResponse, useAllClients } from "./all-protocols.js";

const { register, activate, resendCode, requestPasswordReset, login } = AuthService.method;
const { requestAccountDeletion } = ProfileService.method;

/** What a response consists of, besides the headers that every response has. */
interface Expected {
  /** REST status, and code over the other protocols. */
  rest: number;
  code: Code | 0;
  /** The message, which over the other protocols only errors have. */
  message: string;
  /** Their message, if it is another one. */
  rpcMessage?: string;
  /** The field at fault, whose message is `message`; REST puts the name of the call before it. */
  field?: string;
  /** The constant challenge, or the true one of a first send. REST errors have none. */
  challenge?: "constant" | "true";
  /** Names in the response of a success. */
  data?: readonly string[];
  /** Headers besides the common ones, or with other values. */
  headers?: Record<string, string>;
  restHeaders?: Record<string, string>;
}

const RESPONSES = {
  registered: {
    rest: 201,
    code: 0,
    message: "Compte créé avec succès. Un code d'activation a été envoyé par SMS.",
    challenge: "true",
    data: ["challenge"],
  },
  codeResent: {
    rest: 200,
    code: 0,
    message: "Un nouveau code d'activation a été envoyé.",
    challenge: "constant",
    data: ["challenge"],
  },
  resetRequested: {
    rest: 200,
    code: 0,
    message: "Si un compte est associé à ce numéro, un code de vérification a été envoyé par SMS.",
    challenge: "constant",
    data: ["challenge"],
  },
  deletionRequested: {
    rest: 200,
    code: 0,
    message: "Si un compte peut être supprimé, un code de vérification a été envoyé par SMS à son numéro.",
    challenge: "constant",
    data: ["challenge"],
  },
  loggedInAndKept: {
    rest: 200,
    code: 0,
    message: "Connexion réussie. La suppression de votre compte est annulée.",
    data: ["deletion_cancelled", "device", "tokens", "user"],
  },
  loggedIn: { rest: 200, code: 0, message: "Connexion réussie.", data: ["device", "tokens", "user"] },
  PHONE_NOT_WHITELISTED: {
    rest: 400,
    code: Code.FailedPrecondition,
    message:
      "Votre numéro de téléphone n'est pas autorisé à créer un compte sur cette plateforme. Veuillez contacter le service client pour obtenir l'autorisation.",
    field: "phone",
  },
  PHONE_TAKEN: {
    rest: 400,
    code: Code.AlreadyExists,
    message: "Un utilisateur avec ce numéro de téléphone existe déjà.",
    field: "phone",
  },
  PASSWORD_REJECTED: {
    rest: 400,
    code: Code.InvalidArgument,
    message: "Ce mot de passe est trop courant.",
    rpcMessage: "Données invalides.",
    field: "password",
  },
  ALREADY_ACTIVE: { rest: 400, code: Code.FailedPrecondition, message: "Ce compte est déjà activé." },
  CODE_INCORRECT: {
    rest: 400,
    code: Code.InvalidArgument,
    message: "Code d'activation incorrect.",
    challenge: "constant",
  },
  CODE_LOCKED: {
    rest: 400,
    code: Code.FailedPrecondition,
    message: "Trop de tentatives échouées. Demandez un nouveau code.",
    challenge: "constant",
  },
  CODE_EXPIRED: {
    rest: 400,
    code: Code.FailedPrecondition,
    message: "Le code d'activation a expiré.",
    challenge: "constant",
  },
  CREDENTIALS_REJECTED: {
    rest: 401,
    code: Code.Unauthenticated,
    message: "Numéro de téléphone ou mot de passe incorrect.",
  },
  ACCOUNT_NOT_ACTIVATED: {
    rest: 403,
    code: Code.PermissionDenied,
    message: "Ce compte n'est pas encore activé.",
  },
  RATE_LIMITED: {
    rest: 429,
    code: Code.ResourceExhausted,
    message: "Request was throttled. Expected available in 60 seconds.",
    rpcMessage: "Trop de requêtes. Réessayez dans 60 secondes.",
    headers: { "retry-after": "60", "x-ratelimit-limit": "10" },
    // REST has the specification's sentence unless the caller asks for a language.
    restHeaders: { "content-language": "en" },
  },
} satisfies Record<string, Expected>;

type Response = keyof typeof RESPONSES;

interface Row {
  name: string;
  method: DescMethodUnary;
  input: JsonObject;
  /** The same call before, so many times. */
  earlierCalls?: number;
  /** Time (s) between the number's registration and the call. */
  later?: number;
  /** In the order of PHONE_KINDS. */
  expected: readonly [
    unknown: Response,
    whitelisted: Response,
    waiting: Response,
    active: Response,
    deactivated: Response,
    leaving: Response,
  ];
}

const person = { first_name: "Ada", last_name: "Doe" };
const common = { password: "azertyuiop", password_confirm: "azertyuiop" };
const ELEVEN_MINUTES = 660;

/** What a stranger is told, by kind of number. docs/answers.md says who asks for each difference. */
const TABLE: readonly Row[] = [
  {
    name: "Register",
    method: register,
    input: { ...person, password: testPassword, password_confirm: testPassword },
    expected: [
      "PHONE_NOT_WHITELISTED",
      "registered",
      "registered",
      "PHONE_TAKEN",
      "PHONE_TAKEN",
      "PHONE_TAKEN",
    ],
  },
  {
    name: "Register with a common password",
    method: register,
    input: { ...person, ...common },
    expected: [
      "PHONE_NOT_WHITELISTED",
      "PASSWORD_REJECTED",
      "PASSWORD_REJECTED",
      "PHONE_TAKEN",
      "PHONE_TAKEN",
      "PHONE_TAKEN",
    ],
  },
  {
    name: "ResendCode",
    method: resendCode,
    input: {},
    expected: ["codeResent", "codeResent", "codeResent", "ALREADY_ACTIVE", "codeResent", "ALREADY_ACTIVE"],
  },
  {
    name: "Activate with a wrong code",
    method: activate,
    input: { code: "000000" },
    expected: [
      "CODE_INCORRECT",
      "CODE_INCORRECT",
      "CODE_INCORRECT",
      "ALREADY_ACTIVE",
      "CODE_INCORRECT",
      "ALREADY_ACTIVE",
    ],
  },
  {
    name: "Activate with a sixth wrong code",
    method: activate,
    input: { code: "000000" },
    earlierCalls: 5,
    expected: [
      "CODE_INCORRECT",
      "CODE_INCORRECT",
      "CODE_LOCKED",
      "ALREADY_ACTIVE",
      "CODE_INCORRECT",
      "ALREADY_ACTIVE",
    ],
  },
  {
    name: "Activate after eleven minutes",
    method: activate,
    input: { code: "000000" },
    later: ELEVEN_MINUTES,
    expected: [
      "CODE_INCORRECT",
      "CODE_INCORRECT",
      "CODE_EXPIRED",
      "ALREADY_ACTIVE",
      "CODE_INCORRECT",
      "ALREADY_ACTIVE",
    ],
  },
  {
    name: "Login with a wrong password",
    method: login,
    input: { password: "Un-autre-secret-7" },
    expected: [
      "CREDENTIALS_REJECTED",
      "CREDENTIALS_REJECTED",
      "CREDENTIALS_REJECTED",
      "CREDENTIALS_REJECTED",
      "CREDENTIALS_REJECTED",
      "CREDENTIALS_REJECTED",
    ],
  },
  {
    name: "Login with an eleventh wrong password",
    method: login,
    input: { password: "Un-autre-secret-7" },
    earlierCalls: 10,
    expected: [
      "RATE_LIMITED",
      "RATE_LIMITED",
      "RATE_LIMITED",
      "RATE_LIMITED",
      "RATE_LIMITED",
      "RATE_LIMITED",
    ],
  },
  {
    name: "Login with the password",
    method: login,
    input: { password: testPassword },
    expected: [
      "CREDENTIALS_REJECTED",
      "CREDENTIALS_REJECTED",
      "ACCOUNT_NOT_ACTIVATED",
      "loggedIn",
      "ACCOUNT_NOT_ACTIVATED",
      "loggedInAndKept",
    ],
  },
  {
    name: "RequestPasswordReset",
    method: requestPasswordReset,
    input: {},
    expected: [
      "resetRequested",
      "resetRequested",
      "resetRequested",
      "resetRequested",
      "resetRequested",
      "resetRequested",
    ],
  },
  {
    name: "RequestAccountDeletion",
    method: requestAccountDeletion,
    input: {},
    expected: [
      "deletionRequested",
      "deletionRequested",
      "deletionRequested",
      "deletionRequested",
      "deletionRequested",
      "deletionRequested",
    ],
  },
];

/** Headers whose values differ between any two calls. */
const VARYING = ["date", "x-request-id", "x-ratelimit-remaining", "x-ratelimit-reset"];

const COMMON_HEADERS: Record<string, string> = {
  "cache-control": "no-store",
  "content-language": "fr",
  vary: "Accept-Language, Origin",
  "x-content-type-options": "nosniff",
  "x-ratelimit-limit": "100000",
  ...Object.fromEntries(VARYING.map((name) => [name, "(varies)"])),
};

/** Node's HTTP/1.1, which the clients of all protocols but gRPC use. */
const HTTP1_HEADERS = {
  connection: "keep-alive",
  "keep-alive": "timeout=75",
  "content-length": "(compared)",
};

/** Headers that repeat the content: compared between the numbers with the same response. */
const COMPARED = ["content-length", "grpc-message", "grpc-status-details-bin"];

function protocolHeaders(protocol: string, { code }: Expected): Record<string, string> {
  const details = code !== 0 && { "grpc-status-details-bin": "(compared)" };
  switch (protocol) {
    case "gRPC":
      return { "content-type": "application/grpc", ...details };
    case "gRPC-Web":
      return {
        ...HTTP1_HEADERS,
        "content-type": "application/grpc-web+proto",
        "grpc-accept-encoding": "identity,gzip",
        "grpc-status": String(code),
        ...(code !== 0 && { "grpc-message": "(compared)" }),
        ...details,
      };
    case "Connect binary":
      return { ...HTTP1_HEADERS, "content-type": code === 0 ? "application/proto" : "application/json" };
    case "Connect JSON":
      return { ...HTTP1_HEADERS, "content-type": "application/json" };
    default:
      return { ...HTTP1_HEADERS, "content-type": "application/json; charset=utf-8" };
  }
}

function expectedHeaders(protocol: string, expected: Expected): Record<string, string> {
  return {
    ...COMMON_HEADERS,
    ...protocolHeaders(protocol, expected),
    ...expected.headers,
    ...(protocol === "REST" && expected.restHeaders),
  };
}

function namedHeaders({ header }: FlowResponse): Record<string, string> {
  return Object.fromEntries(
    [...header].map(([name, value]) => {
      if (VARYING.includes(name)) return [name, "(varies)"];
      return [name, COMPARED.includes(name) ? "(compared)" : value];
    }),
  );
}

/** What numbers with the same response have in common to the byte. */
function contentHeaders({ header }: FlowResponse): Record<string, string | null> {
  return Object.fromEntries(COMPARED.map((name) => [name, header.get(name)]));
}

function challengeOf(kind: "constant" | "true", now: Date) {
  return {
    expires_at: addSeconds(now, 600),
    resend_at: addSeconds(now, 60),
    attempts_left: 5,
    sends_left: kind === "constant" ? 5 : 4,
    code_length: 6,
    delivery: kind === "constant" ? "DELIVERY_PENDING" : "DELIVERY_ACCEPTED",
    ...(kind === "true" && { registration: "(secret)" }),
  };
}

/** The response as the table describes it. */
function described({ status, reason, message, fields, challenge, data }: FlowResponse, isRest: boolean) {
  if (challenge?.registration) recordSecret(challenge.registration);
  return {
    status,
    reason,
    message,
    fields,
    challenge: challenge && { ...challenge, ...(challenge.registration && { registration: "(secret)" }) },
    // The data of a REST error are its fields.
    data: isRest && reason !== undefined ? [] : Object.keys(data).sort(),
  };
}

function expectedOf(row: Row, response: Response, protocol: string, now: Date) {
  const expected: Expected = RESPONSES[response];
  const isRest = protocol === "REST";
  const isError = expected.code !== 0;
  const prefix = isRest && row.method === register && isError ? "Erreur lors de l'inscription: " : "";
  const rpcMessage = isError ? (expected.rpcMessage ?? expected.message) : "";
  const hasChallenge = expected.challenge && !(isRest && isError);
  return {
    status: isRest ? expected.rest : expected.code,
    reason: isError ? response : undefined,
    message: isRest ? prefix + expected.message : rpcMessage,
    fields: expected.field ? { [expected.field]: expected.message } : {},
    challenge: hasChallenge ? challengeOf(expected.challenge!, now) : undefined,
    data: expected.data ?? [],
  };
}

/** A wrong code for a number whose code is random. */
function wrongCode({ outbox }: TestContext, phone: string): string {
  return outbox.to(phone).some((message) => "code" in message && message.code === "000000")
    ? "000001"
    : "000000";
}

describe("the response to a stranger", () => {
  const service = useTestService({ environment: { ...generousLimits, TRUSTED_PROXIES: "127.0.0.1" } });
  const protocols = useAllClients(service);

  async function respond(client: FlowClient, row: Row, phone: string): Promise<FlowResponse> {
    const code = "code" in row.input && { code: wrongCode(service.context, phone) };
    const input = { ...row.input, phone, ...code };
    for (let call = 0; call < (row.earlierCalls ?? 0); call += 1) await client.call(row.method, input);
    return client.call(row.method, input);
  }

  /** A number of each kind, at the time of the call. */
  async function newPhones({ later = 0 }: Row): Promise<[PhoneKind, string][]> {
    const { context } = service;
    const phones: [PhoneKind, string][] = [];
    for (const kind of PHONE_KINDS) phones.push([kind, await newPhoneOfKind[kind](context)]);
    context.clock.advance(later);
    return phones;
  }

  for (const row of TABLE) {
    it(`to ${row.name} is the table's for every kind of number`, async () => {
      for (const protocol of protocols) {
        const stranger = protocol.at("203.0.113.66");
        const contents = new Map<Response, Record<string, string | null>>();
        for (const [index, [kind, phone]] of (await newPhones(row)).entries()) {
          const name = row.expected[index]!;
          const about = `${protocol.name}, ${kind}`;
          const response = await respond(stranger, row, phone);
          expect(described(response, protocol.name === "REST"), about).to.deep.equal(
            expectedOf(row, name, protocol.name, service.context.clock.now()),
          );
          expect(namedHeaders(response), about).to.deep.equal(
            expectedHeaders(protocol.name, RESPONSES[name]),
          );
          const content = contents.get(name) ?? contentHeaders(response);
          contents.set(name, content);
          expect(contentHeaders(response), about).to.deep.equal(content);
        }
      }
    });
  }
});
