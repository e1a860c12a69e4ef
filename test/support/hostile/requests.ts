import type { DescMethod } from "@bufbuild/protobuf";
import { Health } from "#gen/grpc/health/v1/health_pb.js";
import { AccountService } from "#gen/waterbill/identity/v1/account_service_pb.js";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { WhitelistService } from "#gen/waterbill/identity/v1/whitelist_service_pb.js";
import { readHttpRules } from "../../../src/rest/http-rules.js";
import { writeFrame } from "../../../src/rpc/grpc-protocol.js";
import { type SeededRandom, seededRandom } from "../seeded-random.js";
import type { HostileProtocol, HostileRequest } from "./exchange.js";
import { hostileBinary, hostileJsonBody, type Known, plausibleMessage } from "./messages.js";
import { tamper } from "./tamper.js";
import { damage, hostileText, inUrl } from "./values.js";

/** What requests are made from. */
export interface Knowledge extends Known {
  /** Access tokens of a customer and of an administrator. */
  tokens: readonly string[];
}

const METHODS: readonly DescMethod[] = [
  ...[AuthService, ProfileService, AccountService, WhitelistService].flatMap(({ methods }) => methods),
  Health.method.check,
];

const PROTOCOLS: readonly HostileProtocol[] = [
  "REST",
  "Connect JSON",
  "Connect binary",
  "gRPC",
  "gRPC-Web",
  "gRPC-Web text",
];

/** The same request for the same seed and knowledge. */
export function hostileRequest(seed: string, knowledge: Knowledge): HostileRequest {
  const random = seededRandom(seed);
  const method = random.pick(METHODS);
  const protocol = random.pick(PROTOCOLS);
  const request =
    protocol === "REST" && method.parent !== Health
      ? restRequest(method, knowledge, random)
      : rpcRequest(method, protocol === "REST" ? "gRPC-Web" : protocol, knowledge, random);
  if (!random.once(8)) request.headers.authorization = `Bearer ${random.pick(knowledge.tokens)}`;
  if (random.once(3)) request.headers["accept-language"] = "en";
  tamper(request, random);
  return request;
}

function restRequest(method: DescMethod, knowledge: Knowledge, random: SeededRandom): HostileRequest {
  const binding = random.pick(readHttpRules(method));
  const message = plausibleMessage(method.input, knowledge, random);
  const segments = binding.segments.map(({ name, isVariable }) =>
    isVariable ? variable(knowledge, random) : name,
  );
  const isFile = method.methodKind === "client_streaming";
  const query = binding.body === "" || isFile ? `?${hostileQuery(message, random)}` : "";
  const flat = binding.body === "profile" ? (message.profile as typeof message) : message;
  const csv = Buffer.from(
    `phone;notes\n${hostileText(random)};${hostileText(random)}\n${random.pick(knowledge.phones)};a`,
  );
  return {
    protocol: "REST",
    httpMethod: binding.httpMethod,
    path: `/${segments.join("/")}/${query}`,
    headers: { "content-type": isFile ? "text/csv" : "application/json" },
    body: isFile ? csv : binding.body === "" ? Buffer.alloc(0) : hostileJsonBody(flat, random),
    isBrokenHttp: false,
  };
}

function variable({ phones }: Known, random: SeededRandom): string {
  return random.once(2) ? random.pick(phones) : inUrl(hostileText(random));
}

function hostileQuery(message: object, random: SeededRandom): string {
  const pairs = Object.entries(message).map(([name, value]) => {
    const text = random.once(2) ? hostileText(random) : String(value);
    return `${name}=${random.once(10) ? `%${text.slice(0, 1)}` : inUrl(text)}`;
  });
  return pairs.slice(0, 1 + random.integer(3)).join("&");
}

const CONTENT_TYPES = {
  "Connect JSON": { unary: "application/json", stream: "application/connect+json" },
  "Connect binary": { unary: "application/proto", stream: "application/connect+proto" },
  gRPC: { unary: "application/grpc", stream: "application/grpc" },
  "gRPC-Web": { unary: "application/grpc-web+proto", stream: "application/grpc-web+proto" },
  "gRPC-Web text": { unary: "application/grpc-web-text", stream: "application/grpc-web-text" },
};

function rpcRequest(
  method: DescMethod,
  protocol: Exclude<HostileProtocol, "REST">,
  knowledge: Knowledge,
  random: SeededRandom,
): HostileRequest {
  const kind = method.methodKind === "unary" ? "unary" : "stream";
  const isFramed = kind === "stream" || protocol.startsWith("gRPC");
  const payload = () => {
    const message = plausibleMessage(method.input, knowledge, random);
    return protocol === "Connect JSON"
      ? hostileJsonBody(message, random)
      : hostileBinary(method.input, message, random);
  };
  const count = kind === "stream" ? 1 + random.integer(3) : 1;
  const body = isFramed
    ? Buffer.concat(Array.from({ length: count }, () => hostileFrame(payload(), random)))
    : payload();
  return {
    protocol,
    httpMethod: "POST",
    path: `/${method.parent.typeName}/${method.name}`,
    headers: { "content-type": CONTENT_TYPES[protocol][kind] },
    body: protocol === "gRPC-Web text" ? hostileBase64(body, random) : body,
    isBrokenHttp: false,
  };
}

/** The base64 text of a body, now and then damaged. */
function hostileBase64(body: Buffer, random: SeededRandom): Buffer {
  const text = Buffer.from(body.toString("base64"));
  return random.once(6) ? damage(random, text) : text;
}

/** A length-prefixed message, now and then with another flag or length. */
function hostileFrame(payload: Buffer, random: SeededRandom): Buffer {
  const frame = writeFrame(random.once(10) ? random.integer(256) : 0, payload);
  if (random.once(12)) frame.writeUInt32BE(random.pick([0, payload.length + 1, 2 ** 31, 2 ** 32 - 1]), 1);
  return random.once(20) ? damage(random, frame) : frame;
}
