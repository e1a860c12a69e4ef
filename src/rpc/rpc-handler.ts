import { type ConnectError, createContextValues } from "@connectrpc/connect";
import type { UniversalServerResponse } from "@connectrpc/connect/protocol";
import { universalRequestFromNodeRequest, universalResponseToNodeResponse } from "@connectrpc/connect-node";
import { type Caller, callerKey, doorKey } from "../caller.js";
import { parseContentType } from "../http/content-type.js";
import { bodyPieces } from "../http/node-body.js";
import { type NodeRequest, type NodeResponse, pathOf, type RpcHandler } from "../http/node-handler.js";
import {
  contentTypeUnsupported,
  pathUnknown,
  type RequestFault,
  verbNotAllowed,
} from "../http/request-error.js";
import { answerConnect, connectForm, sendConnectError } from "./connect-protocol.js";
import { answerGrpc, type GrpcForm, grpcForm, percentEncode, sendGrpc } from "./grpc-protocol.js";
import { toConnectError } from "./interceptors/report-errors.js";
import type { Calls } from "./method-registry.js";

/**
 * Answers gRPC, gRPC-Web and Connect, told apart by their content types. Every path below one of our services
 * is served, so that a method that doesn't exist is refused in the protocol the client speaks.
 */
export function createRpc({ unary, streams }: Calls): RpcHandler {
  const services = new Set([...unary.keys(), ...streams.keys()].map(serviceOf));

  async function handle(request: NodeRequest, response: NodeResponse, caller: Caller): Promise<void> {
    const path = pathOf(request);
    const { mediaType, isUtf8 } = parseContentType(request.headers["content-type"]);
    const grpc = grpcForm(mediaType);
    const connect = isUtf8 ? connectForm(mediaType) : undefined;
    const refuse = (fault: RequestFault, form?: GrpcForm) => {
      const error = toConnectError(fault, caller.language);
      if (form) refuseGrpc(request, response, error, form);
      else sendConnectError(request, response, error, new Headers(), fault.status);
    };
    const call = unary.get(path);
    const stream = streams.get(path);
    if (!call && !stream) return refuse(pathUnknown(), grpc);
    if (request.method !== "POST") return refuse(verbNotAllowed(["POST"]));
    if (stream) {
      const values = createContextValues()
        .set(callerKey, caller)
        .set(doorKey, grpc?.door ?? "connect");
      const asked = universalRequestFromNodeRequest(request, response, undefined, values);
      const answer = await stream.handler({ ...asked, body: bodyPieces(request) });
      return universalResponseToNodeResponse(legible(answer), response);
    }
    if (call && grpc) return answerGrpc(call, request, response, caller, grpc);
    if (call && connect) return answerConnect(call, request, response, caller, connect);
    return refuse(contentTypeUnsupported());
  }

  return { serves: (path) => services.has(serviceOf(path)), handle };
}

/** `/waterbill.identity.v1.AuthService/` of a path below it. */
function serviceOf(path: string): string {
  return path.slice(0, path.indexOf("/", 1) + 1);
}

function refuseGrpc(request: NodeRequest, response: NodeResponse, error: ConnectError, form: GrpcForm): void {
  const [header, trailer] = [new Headers(), new Headers()];
  sendGrpc(request, response, form, { header, message: Buffer.alloc(0), error, trailer });
}

/** The answer of connect's own handler, with the message of a gRPC error as every client can decode it. */
function legible(answer: UniversalServerResponse): UniversalServerResponse {
  const { body, trailer } = answer;
  if (!body || !trailer) return answer;
  async function* inTime() {
    yield* body!;
    // Set once the body is at its end.
    const message = trailer!.get("grpc-message");
    if (message) trailer!.set("grpc-message", percentEncode(decodeURIComponent(message)));
  }
  return { ...answer, body: inTime() };
}
