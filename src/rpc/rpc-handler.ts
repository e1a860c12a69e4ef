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
import { connectEncoding, handleConnect, sendConnectError } from "./connect-protocol.js";
import { type GrpcEncoding, grpcEncoding, handleGrpc, percentEncode, sendGrpc } from "./grpc-protocol.js";
import { createCallValues } from "./handler-context.js";
import { toConnectError } from "./interceptors/report-errors.js";
import type { MethodRegistry } from "./method-registry.js";

/**
 * Answers gRPC, gRPC-Web and Connect, told apart by their content types. Every path below one of our services
 * is served, so that a method that doesn't exist is refused in the protocol the client speaks.
 */
export function createRpcHandler({ unary, streams }: MethodRegistry): RpcHandler {
  const services = new Set([...unary.keys(), ...streams.keys()].map(serviceOf));

  async function handle(request: NodeRequest, response: NodeResponse, caller: Caller): Promise<void> {
    const path = pathOf(request);
    const { mediaType, isUtf8 } = parseContentType(request.headers["content-type"]);
    const grpc = grpcEncoding(mediaType);
    const connect = isUtf8 ? connectEncoding(mediaType) : undefined;
    const refuse = (reason: RequestError, form?: GrpcEncoding) => {
      const error = toConnectError(reason, caller.language);
      if (form) refuseGrpc(request, response, error, form);
      else sendConnectError(request, response, error, new Headers(), reason.status);
    };
    const call = unary.get(path);
    const stream = streams.get(path);
    if (!call && !stream) return refuse(pathUnknown(), grpc);
    if (request.method !== "POST") return refuse(methodNotAllowed(["POST"]));
    if (stream) {
      const values = createCallValues({ caller, protocol: grpc?.protocol ?? "connect" });
      const asked = universalRequestFromNodeRequest(request, response, undefined, values);
      const streamResponse = await stream.handler({ ...asked, body: bodyChunks(request) });
      return universalResponseToNodeResponse(withDecodableStatus(streamResponse), response);
    }
    if (call && grpc) return handleGrpc(call, request, response, caller, grpc);
    if (call && connect) return handleConnect(call, request, response, caller, connect);
    return refuse(contentTypeUnsupported());
  }

  return { serves: (path) => services.has(serviceOf(path)), handle };
}

/** `/waterbill.identity.v1.AuthService/` of a path below it. */
function serviceOf(path: string): string {
  return path.slice(0, path.indexOf("/", 1) + 1);
}

function refuseGrpc(
  request: NodeRequest,
  response: NodeResponse,
  error: ConnectError,
  form: GrpcEncoding,
): void {
  const [header, trailer] = [new Headers(), new Headers()];
  sendGrpc(request, response, form, { header, message: Buffer.alloc(0), error, trailer });
}

/** The answer of connect's own handler, with the message of a gRPC error as every client can decode it. */
function withDecodableStatus(streamResponse: UniversalServerResponse): UniversalServerResponse {
  const { body, trailer } = streamResponse;
  if (!body || !trailer) return streamResponse;
  async function* chunksThenStatus() {
    yield* body!;
    // Set once the body is at its end.
    const message = trailer!.get("grpc-message");
    if (message) trailer!.set("grpc-message", percentEncode(decodeURIComponent(message)));
  }
  return { ...streamResponse, body: chunksThenStatus() };
}
