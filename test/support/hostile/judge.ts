import { fromBinary } from "@bufbuild/protobuf";
import { base64Decode } from "@bufbuild/protobuf/wire";
import { Code } from "@connectrpc/connect";
import { BadRequestSchema } from "#gen/google/rpc/error_details_pb.js";
import { StatusSchema } from "#gen/google/rpc/status_pb.js";
import { en } from "../../../src/messages/en.js";
import { fr } from "../../../src/messages/fr.js";
import type { HostileRequest, HostileResponse } from "./exchange.js";
import { isOurs } from "./our-texts.js";

type Json = Record<string, unknown>;

/** Codes that a client can cause. */
const CLIENT_CODES = [
  Code.Canceled,
  Code.InvalidArgument,
  Code.DeadlineExceeded,
  Code.NotFound,
  Code.AlreadyExists,
  Code.PermissionDenied,
  Code.ResourceExhausted,
  Code.FailedPrecondition,
  Code.Aborted,
  Code.OutOfRange,
  Code.Unimplemented,
  Code.Unauthenticated,
];
const CODE_NAMES = CLIENT_CODES.map((code) => Code[code].replace(/(?!^)[A-Z]/g, "_$&").toLowerCase());

/** The HTTP statuses that Connect prescribes for unimplemented (an unknown compression) and deadline_exceeded. */
const CONNECT_5XX = [501, 504];

/** What is wrong with the response to a hostile request; undefined if nothing is. */
export function complaint(
  request: HostileRequest,
  response: HostileResponse | undefined,
): string | undefined {
  if (!response) return request.isBrokenHttp || hasLargeHeader(request) ? undefined : "no response";
  const { status, body } = response;
  if (status < 200 || (status >= 500 && !CONNECT_5XX.includes(status))) return `status ${status}`;
  if (body.length === 0 && (request.httpMethod === "HEAD" || isHttpRefusal(request, status)))
    return undefined;
  try {
    return judgeBody(request, response);
  } catch (error) {
    return `unreadable: ${error}`;
  }
}

function judgeBody(request: HostileRequest, response: HostileResponse): string | undefined {
  const { status, headers, body } = response;
  const type = headers["content-type"]?.split(";")[0] ?? "";
  if (type.startsWith("application/grpc")) return judgeGrpc(response, type);
  if (type.startsWith("application/connect+")) return judgeConnectStream(body);
  if (type === "application/json") return judgeJson(request, status, JSON.parse(body.toString()));
  return judgeFile(status, type, body);
}

/** Refusals of requests that never become a call: broken HTTP, a header too large, a host that is none. */
function isHttpRefusal({ isBrokenHttp, headers, path }: HostileRequest, status: number): boolean {
  if (isBrokenHttp || headers.host !== undefined) return status >= 400;
  return status === 431 || (status === 400 && /[^\x21-\x7e]/.test(path));
}

/** HTTP/2 resets a stream whose header is larger than 16 KiB. */
function hasLargeHeader({ path, headers }: HostileRequest): boolean {
  return path.length + Object.entries(headers).flat().join("").length > 16_000;
}

function judgeFile(status: number, type: string, body: Buffer): string | undefined {
  const isFile = status === 200 && ["text/csv", "application/proto"].includes(type);
  return isFile ? undefined : `${status} ${type} ${body.subarray(0, 200)}`;
}

function judgeJson(request: HostileRequest, status: number, body: Json): string | undefined {
  const isConnectError = typeof body.code === "string" && mayBeConnect(request);
  if (status >= 500 && !isConnectError) return `status ${status}`;
  if (status < 300) return undefined;
  if (isConnectError) return judgeConnectError(body);
  if (body.status !== "error" || typeof body.message !== "string" || typeof body.data !== "object")
    return `no envelope: ${JSON.stringify(body)}`;
  const fields = Object.values(body.data as Json).flat() as string[];
  return judgeTexts([body.message, ...fields]);
}

/** Whether the service may take a request for one of a Connect client. */
function mayBeConnect({ protocol, path, headers }: HostileRequest): boolean {
  return protocol !== "REST" || !path.startsWith("/api/") || "connect-protocol-version" in headers;
}

function judgeConnectError(body: Json): string | undefined {
  if (!CODE_NAMES.includes(String(body.code))) return `code ${JSON.stringify(body)}`;
  const details = (body.details ?? []) as { type: string; value: string }[];
  const texts = details.map(({ type, value }) => fieldTexts(type, base64Decode(value)));
  return judgeTexts([String(body.message ?? ""), ...texts.flat()]);
}

function judgeConnectStream(body: Buffer): string | undefined {
  const last = framesIn(body).at(-1);
  if (last?.flags !== 2) return "a stream without an end";
  const { error } = JSON.parse(last.payload.toString()) as { error?: Json };
  return error && judgeConnectError(error);
}

function judgeGrpc({ status, headers, trailers, body }: HostileResponse, type: string): string | undefined {
  if (status !== 200) return `gRPC with status ${status}`;
  const last = framesIn(type.startsWith("application/grpc-web-text") ? decodeTexts(body) : body).at(-1);
  const isWeb = type.startsWith("application/grpc-web");
  const frame = isWeb && last?.flags === 0x80 ? trailersIn(last.payload.toString()) : {};
  const all: Record<string, string> = { ...headers, ...trailers, ...frame };
  const code = Number(all["grpc-status"] ?? Number.NaN);
  if (code !== 0 && !CLIENT_CODES.includes(code) && !contradictsCompression(code, all["grpc-message"] ?? ""))
    return `grpc-status ${all["grpc-status"]} ${all["grpc-message"]}`;
  const details = all["grpc-status-details-bin"];
  const texts = details
    ? fromBinary(StatusSchema, base64Decode(details)).details.map(({ typeUrl, value }) =>
        fieldTexts(typeUrl.slice(typeUrl.lastIndexOf("/") + 1), value),
      )
    : [];
  return judgeTexts([decodeURIComponent(all["grpc-message"] ?? ""), ...texts.flat()]);
}

/**
 * gRPC demands "internal" for a message that is flagged as compressed although the call names no encoding. No fault of the
 * service has this message.
 */
function contradictsCompression(code: number, message: string): boolean {
  const texts = [fr.bodyUnreadable, en.bodyUnreadable];
  return code === Code.Internal && texts.includes(decodeURIComponent(message));
}

/** Decodes base64 texts in a row, each with its own padding. */
function decodeTexts(body: Buffer): Buffer {
  const texts = body.toString("latin1").match(/[^=]+=*/g) ?? [];
  return Buffer.concat(texts.map((text) => Buffer.from(text, "base64")));
}

function trailersIn(text: string): Record<string, string> {
  const lines = text.split("\r\n").filter((line) => line.includes(":"));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]),
  );
}

function fieldTexts(type: string, value: Uint8Array): string[] {
  if (type !== BadRequestSchema.typeName) return [];
  return fromBinary(BadRequestSchema, value).fieldViolations.map(({ description }) => description);
}

function judgeTexts(texts: readonly string[]): string | undefined {
  const foreign = texts.find((text) => !isOurs(text));
  return foreign === undefined ? undefined : `a text that is not ours: ${foreign.slice(0, 300)}`;
}

function framesIn(body: Buffer): { flags: number; payload: Buffer }[] {
  const frames = [];
  for (let at = 0; at + 5 <= body.length; ) {
    const end = at + 5 + body.readUInt32BE(at + 1);
    frames.push({ flags: body.readUInt8(at), payload: body.subarray(at + 5, end) });
    at = end;
  }
  return frames;
}
