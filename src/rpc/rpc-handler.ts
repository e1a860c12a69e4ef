import { MethodOptions_IdempotencyLevel as IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import type { ConnectError } from "@connectrpc/connect";
import type { Caller } from "../caller.js";
import { parseContentType } from "../http/content-type.js";
import { bodyChunks } from "../http/node-body.js";
import { type NodeRequest, type NodeResponse, pathOf, type RpcHandler } from "../http/node-handler.js";
import {
  contentTypeUnsupported,
  methodNotAllowed,
  pathUnknown,
  type RequestError,
} from "../http/request-error.js";
import type { UniversalServerResponse } from "./connect-internals.js";
import { universalRequestFromNodeRequest, universalResponseToNodeResponse } from "./connect-internals.js";
import { bodyMessage, handleConnect, queryMessage, sendConnectError } from "./connect-protocol.js";
import { type GrpcEncoding, grpcEncoding, handleGrpc, percentEncode, sendGrpc } from "./grpc-protocol.js";
import { createCallValues } from "./handler-context.js";
import { toConnectError } from "./interceptors/report-errors.js";
import type { MethodRegistry } from "./method-registry.js";
import type { MethodHandler } from "./unary-method.js";

/**
 * Serves gRPC, gRPC-Web and Connect, told apart by content type; a GET is always Connect. Serves every path below a
 * registered service, so that an unknown method is refused in the client's protocol.
 */
export function createRpcHandler({ unary, streams }: MethodRegistry): RpcHandler {
  const services = new Set([...unary.keys(), ...streams.keys()].map(serviceOf));

  async function handle(request: NodeRequest, response: NodeResponse, caller: Caller): Promise<void> {
    const path = pathOf(request);
    const contentType = parseContentType(request.headers["content-type"]);
    const grpc = grpcEncoding(contentType.mediaType);
    const refuse = (reason: RequestError, encoding?: GrpcEncoding) => {
      const error = toConnectError(reason, caller.language);
      if (encoding) refuseGrpc(request, response, error, encoding);
      else sendConnectError(request, response, error, new Headers(), reason.status);
    };
    const handler = unary.get(path);
    const stream = streams.get(path);
    if (!handler && !stream) return refuse(pathUnknown(), grpc);
    const allowed = handler && hasGet(handler) ? ["GET", "POST"] : ["POST"];
    if (!allowed.includes(request.method ?? "")) return refuse(methodNotAllowed(allowed));
    if (stream) {
      const values = createCallValues({ caller, protocol: grpc?.protocol ?? "connect" });
      const universalRequest = universalRequestFromNodeRequest(request, response, undefined, values);
      const streamResponse = await stream.handler({ ...universalRequest, body: bodyChunks(request) });
      return universalResponseToNodeResponse(withDecodableStatus(streamResponse), response);
    }
    const isGet = request.method === "GET";
    if (handler && grpc && !isGet) return handleGrpc(handler, request, response, caller, grpc);
    const connect = isGet ? queryMessage(request) : bodyMessage(request, contentType);
    if (handler && connect) return handleConnect(handler, request, response, caller, connect);
    return refuse(contentTypeUnsupported());
  }

  return { serves: (path) => services.has(serviceOf(path)), handle };
}

/** Whether Connect clients may call a method by GET too (https://connectrpc.com/docs/protocol). */
function hasGet({ method }: MethodHandler): boolean {
  return method.idempotency === IdempotencyLevel.NO_SIDE_EFFECTS;
}

/** The service part of a path: `/waterbill.identity.v1.AuthService/`. */
function serviceOf(path: string): string {
  return path.slice(0, path.indexOf("/", 1) + 1);
}

function refuseGrpc(
  request: NodeRequest,
  response: NodeResponse,
  error: ConnectError,
  encoding: GrpcEncoding,
): void {
  const [header, trailer] = [new Headers(), new Headers()];
  sendGrpc(request, response, encoding, { header, message: Buffer.alloc(0), error, trailer });
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
