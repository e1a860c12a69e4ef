import { fileURLToPath } from "node:url";
import {
  type DescMethodUnary,
  fromBinary,
  type JsonObject,
  type JsonValue,
  toJson,
} from "@bufbuild/protobuf";
import { base64Decode } from "@bufbuild/protobuf/wire";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { codeFromString } from "@connectrpc/connect/protocol-connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import {
  type Client,
  type ClientUnaryCall,
  credentials,
  loadPackageDefinition,
  Metadata,
  type ServiceError,
} from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import {
  BadRequestSchema,
  ErrorInfoSchema,
  LocalizedMessageSchema,
  RetryInfoSchema,
} from "#gen/google/rpc/error_details_pb.js";
import { StatusSchema } from "#gen/google/rpc/status_pb.js";
import { ChallengeSchema } from "#gen/waterbill/identity/v1/challenge_pb.js";

/** The result of a call, in one form for every protocol. */
export interface ProtocolResponse {
  /** Undefined when the call succeeded. */
  code: Code | undefined;
  /** The error's message. */
  message: string;
  reason?: string;
  domain?: string;
  locale?: string;
  /** Field to message. */
  fields: Record<string, string>;
  retrySeconds?: number;
  /** The challenge in the error's details, as JSON. */
  challenge?: JsonValue;
  /** Headers and trailers together. */
  header: Headers;
  /** The response, as JSON with proto field names in lowerCamelCase. */
  data?: JsonValue;
}

export interface ProtocolClient {
  name: string;
  /** `input` has the .proto file's field names. */
  call(
    method: DescMethodUnary,
    input: JsonObject,
    headers?: Record<string, string>,
    timeoutMs?: number,
  ): Promise<ProtocolResponse>;
  close(): void;
}

/** A client of each protocol, none of them ours: gRPC, gRPC-Web, Connect binary and Connect JSON. */
export function openProtocolClients(url: string): ProtocolClient[] {
  return [
    grpcClient(url),
    webClient("gRPC-Web", createGrpcWebTransport({ baseUrl: url })),
    webClient("Connect binary", createConnectTransport({ baseUrl: url, useBinaryFormat: true })),
    webClient("Connect JSON", createConnectTransport({ baseUrl: url })),
  ];
}

/** gRPC-Web in its text encoding, which Connect's client doesn't have. */
export function grpcWebTextClient(url: string): ProtocolClient {
  return webClient("gRPC-Web text", createGrpcWebTransport({ baseUrl: url, fetch: fetchText }));
}

/** Sends a request of gRPC-Web in the text encoding, and decodes the response. */
export const fetchText: typeof fetch = async (input, init) => {
  const headers = new Headers(init?.headers);
  const type = headers.get("content-type")?.replace("grpc-web", "grpc-web-text") ?? "";
  headers.set("content-type", type);
  const body = Buffer.from(await new Response(init?.body ?? null).arrayBuffer()).toString("base64");
  const response = await fetch(input, { ...init, headers, body });
  const header = new Headers(response.headers);
  if (header.get("content-type") === type) header.set("content-type", type.replace("-text", ""));
  return new Response(decodeBase64(await response.text()), { status: response.status, headers: header });
};

/** Decodes one or several base64 texts. */
export function decodeBase64(text: string): Buffer {
  return Buffer.concat((text.match(/[^=]+=*/g) ?? []).map((part) => Buffer.from(part, "base64")));
}

const protoFolder = fileURLToPath(new URL("../../proto", import.meta.url));

/** `@grpc/grpc-js` with the .proto files, as an internal service would use it. */
export function grpcClient(url: string): ProtocolClient {
  const files = ["auth", "profile", "account", "directory", "whitelist"].map(
    (name) => `waterbill/identity/v1/${name}_service.proto`,
  );
  const definition = loadSync(files, { includeDirs: [protoFolder], keepCase: true });
  const root = loadPackageDefinition(definition) as unknown as {
    waterbill: { identity: { v1: Record<string, new (target: string, c: unknown) => Client> } };
  };
  const target = new URL(url).host;
  const clients = new Map<string, Client>();
  const clientOf = (service: string) => {
    const client =
      clients.get(service) ?? new root.waterbill.identity.v1[service]!(target, credentials.createInsecure());
    clients.set(service, client);
    return client as unknown as Record<string, (...args: unknown[]) => ClientUnaryCall>;
  };
  return {
    name: "gRPC",
    call: (method, input, headers = {}, timeoutMs) =>
      new Promise((resolve) => {
        const metadata = new Metadata();
        for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
        const options = timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs };
        const header = new Headers();
        const keep = (from: Metadata) => {
          for (const [name, value] of Object.entries(from.getMap()))
            header.set(name, value.toString("base64" as never));
        };
        let response: ProtocolResponse = { code: undefined, message: "", fields: {}, header };
        const client = clientOf(method.parent.name);
        const call = client[method.name]!(
          input,
          metadata,
          options,
          (error: ServiceError | null, data: JsonValue) => {
            if (!error) {
              response.data = data;
              return;
            }
            const [status] = error.metadata.get("grpc-status-details-bin");
            const details = status ? fromBinary(StatusSchema, status as Buffer).details : [];
            const known = details.map(({ typeUrl, value }) => ({
              type: typeUrl.slice(typeUrl.indexOf("/") + 1),
              value,
            }));
            response = { code: error.code as number, message: error.details, header, ...readDetails(known) };
          },
        );
        call.on("metadata", keep);
        call.on("status", ({ metadata: trailer }) => {
          keep(trailer);
          resolve(response);
        });
      }),
    close() {
      for (const client of clients.values()) client.close();
    },
  };
}

/** Connect's own client for browsers. */
function webClient(name: string, transport: Transport): ProtocolClient {
  return {
    name,
    async call(method, input, headers = {}, timeoutMs) {
      const header = new Headers();
      const keep = (from: Headers) => {
        for (const [key, value] of from) header.set(key, value);
      };
      const client = createClient(method.parent, transport) as unknown as Record<
        string,
        (input: unknown, options: object) => Promise<never>
      >;
      try {
        const options = { headers, timeoutMs, onHeader: keep, onTrailer: keep };
        const message = await client[method.localName]!(camelCase(input), options);
        return { code: undefined, message: "", fields: {}, header, data: toJson(method.output, message) };
      } catch (error) {
        const { code, rawMessage, details, metadata } = ConnectError.from(error);
        keep(metadata);
        const known = details.flatMap((detail) => ("type" in detail ? [detail] : []));
        return { code, message: rawMessage, header, ...readDetails(known) };
      }
    },
    close() {},
  };
}

/** Renames the .proto file's names to those of generated code. */
function camelCase(value: JsonValue): JsonValue {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const rename = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [rename(name), camelCase(inner)]));
}

/** Reads the JSON body of a Connect error. */
export async function readConnectError(response: Response): Promise<ProtocolResponse> {
  const { code, message, details } = (await response.json()) as {
    code: string;
    message: string;
    details: { type: string; value: string }[];
  };
  const known = details.map(({ type, value }) => ({ type, value: base64Decode(value) }));
  return {
    code: codeFromString(code) ?? Code.Unknown,
    message,
    header: response.headers,
    ...readDetails(known),
  };
}

function readDetails(details: readonly { type: string; value: Uint8Array }[]) {
  const find = (type: string) => details.find((detail) => detail.type === type)?.value;
  const info = find(ErrorInfoSchema.typeName);
  const localized = find(LocalizedMessageSchema.typeName);
  const badRequest = find(BadRequestSchema.typeName);
  const retry = find(RetryInfoSchema.typeName);
  const challenge = find(ChallengeSchema.typeName);
  const violations = badRequest ? fromBinary(BadRequestSchema, badRequest).fieldViolations : [];
  return {
    fields: Object.fromEntries(violations.map(({ field, description }) => [field, description])),
    ...(info && {
      reason: fromBinary(ErrorInfoSchema, info).reason,
      domain: fromBinary(ErrorInfoSchema, info).domain,
    }),
    ...(localized && { locale: fromBinary(LocalizedMessageSchema, localized).locale }),
    ...(retry && { retrySeconds: Number(fromBinary(RetryInfoSchema, retry).retryDelay?.seconds) }),
    ...(challenge && { challenge: toJson(ChallengeSchema, fromBinary(ChallengeSchema, challenge)) }),
  };
}
