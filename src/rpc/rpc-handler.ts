import { MethodOptions_IdempotencyLevel as IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import type { Caller } from "../caller.js";
import { type ContentType, parseContentType } from "../http/content-type.js";
import { bodyChunks } from "../http/node-body.js";
import { type NodeRequest, type NodeResponse, pathOf, type RpcHandler } from "../http/node-handler.js";
import {
  contentTypeUnsupported,
  methodNotAllowed,
  pathUnknown,
  type RequestError,
} from "../http/request-error.js";
import {
  type UniversalServerResponse,
  universalRequestFromNodeRequest,
  universalResponseToNodeResponse,
} from "./connect-internals.js";
import {
  bodyMessage,
  handleConnect,
  isConnect,
  isConnectStream,
  queryMessage,
  sendConnectError,
} from "./connect-protocol.js";
import { type GrpcEncoding, grpcEncoding, handleGrpc, percentEncode, sendGrpc } from "./grpc-protocol.js";
import { handleText } from "./grpc-web-text.js";
import { createCallValues } from "./handler-context.js";
import { toConnectError } from "./interceptors/report-errors.js";
import type { MethodRegistry } from "./method-registry.js";
import type { StreamingMethodHandler } from "./streaming-method.js";
import type { MethodHandler } from "./unary-method.js";

/**
 * Serves gRPC, gRPC-Web and Connect, told apart by content type; a GET is always Connect. An unknown service or method
 * is refused as unimplemented in the client's protocol.
 */
export function createRpcHandler({ unary, streams }: MethodRegistry): RpcHandler {
  const services = new Set([...unary.keys(), ...streams.keys()].map(serviceOf));

  function accepts(request: NodeRequest): boolean {
    if (services.has(serviceOf(pathOf(request)))) return true;
    const contentType = contentTypeOf(request);
    return grpcEncodingOf(request, contentType) !== undefined || isConnect(request, contentType);
  }

  async function handle(request: NodeRequest, response: NodeResponse, caller: Caller): Promise<void> {
    const path = pathOf(request);
    const contentType = contentTypeOf(request);
    const grpc = grpcEncodingOf(request, contentType);
    const handler = unary.get(path) ?? streams.get(path);
    if (!handler) return refuse(request, response, caller, pathUnknown(), grpc);
    const allowed = allowedMethods(handler);
    if (!allowed.includes(request.method ?? "")) {
      return refuse(request, response, caller, methodNotAllowed(allowed));
    }
    const exchange = { request, response, caller, contentType, grpc };
    return "handler" in handler ? handleStream(handler, exchange) : handleUnary(handler, exchange);
  }

  return { accepts, handle, refuse };
}

function contentTypeOf(request: NodeRequest): ContentType {
  return parseContentType(request.headers["content-type"]);
}

/** The encoding of a gRPC or gRPC-Web call, which is always a POST; undefined for any other request. */
function grpcEncodingOf(request: NodeRequest, { mediaType }: ContentType): GrpcEncoding | undefined {
  return request.method === "POST" ? grpcEncoding(mediaType) : undefined;
}

/** Connect clients may call methods without side effects by GET too (https://connectrpc.com/docs/protocol). */
function allowedMethods(handler: MethodHandler | StreamingMethodHandler): string[] {
  const isUnary = !("handler" in handler);
  const hasGet = isUnary && handler.method.idempotency === IdempotencyLevel.NO_SIDE_EFFECTS;
  return hasGet ? ["GET", "POST"] : ["POST"];
}

/** One request, its caller, its response, and the protocol that its content type names. */
interface RpcExchange {
  request: NodeRequest;
  response: NodeResponse;
  caller: Caller;
  contentType: ContentType;
  /** Undefined for Connect, and for a content type of none of the protocols. */
  grpc: GrpcEncoding | undefined;
}

async function handleUnary(handler: MethodHandler, exchange: RpcExchange): Promise<void> {
  const { request, response, caller, contentType, grpc } = exchange;
  if (grpc) return handleGrpc(handler, request, response, caller, grpc);
  const connect = request.method === "GET" ? queryMessage(request) : bodyMessage(request, contentType);
  if (connect) return handleConnect(handler, request, response, caller, connect);
  return refuse(request, response, caller, contentTypeUnsupported());
}

/** Serves a stream with the library's own handler. */
async function handleStream({ handler }: StreamingMethodHandler, exchange: RpcExchange): Promise<void> {
  const { request, response, caller, contentType, grpc } = exchange;
  if (!grpc && !isConnectStream(contentType)) {
    return refuse(request, response, caller, contentTypeUnsupported());
  }
  const values = createCallValues({ caller, protocol: grpc?.protocol ?? "connect" });
  const head = universalRequestFromNodeRequest(request, response, undefined, values);
  const streamRequest = { ...head, body: bodyChunks(request) };
  const streamResponse = await (grpc?.isText
    ? handleText(handler, streamRequest, grpc.contentType, caller.language)
    : handler(streamRequest));
  await universalResponseToNodeResponse(withDecodableStatus(streamResponse), response);
}

/** The service part of a path: `/waterbill.identity.v1.AuthService/`. */
function serviceOf(path: string): string {
  return path.slice(0, path.indexOf("/", 1) + 1);
}

/** Sends an error in the given gRPC encoding, otherwise as Connect does. */
function refuse(
  request: NodeRequest,
  response: NodeResponse,
  caller: Caller,
  reason: RequestError,
  grpc?: GrpcEncoding,
): void {
  const error = toConnectError(reason, caller.language);
  const header = new Headers();
  if (grpc) {
    sendGrpc(request, response, grpc, { header, message: Buffer.alloc(0), error, trailer: new Headers() });
  } else {
    sendConnectError(request, response, error, header, reason.status);
  }
}

/** Re-encodes the `grpc-message` of a response from Connect's own handler so that every client can decode it. */
function withDecodableStatus(streamResponse: UniversalServerResponse): UniversalServerResponse {
  const { body, trailer } = streamResponse;
  if (!body || !trailer) return streamResponse;
  async function* chunksThenStatus() {
    yield* body!;
    // The trailer is complete once the body has ended.
    const message = trailer!.get("grpc-message");
    if (message) trailer!.set("grpc-message", percentEncode(decodeURIComponent(message)));
  }
  return { ...streamResponse, body: chunksThenStatus() };
}
