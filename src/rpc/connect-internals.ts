// Every symbol of the Connect libraries that is not public API. They are exported for the libraries' own packages (most
// are marked `@private`) and may change in any release. They were read in version 2.1.2, which package.json pins.
// Before an upgrade, read the libraries' source for the symbols below. No other file depends on them.

export {
  // Deadlines: a signal that aborts with deadline_exceeded, and one that follows several signals.
  createDeadlineSignal,
  createLinkedAbortController,
  // A method's path, `/package.Service/Method`.
  createMethodUrl,
  // Run interceptors and implementation directly, without the handlers' stream transforms.
  transformInvokeImplementation,
  // The handler that serves a streaming method over HTTP, its request and its response.
  type UniversalHandler,
  type UniversalServerRequest,
  type UniversalServerResponse,
} from "@connectrpc/connect/protocol";
export {
  // The Connect protocol on the wire.
  codeToHttpStatus,
  codeToString,
  contentTypeStreamJson,
  contentTypeStreamProto,
  contentTypeUnaryJson,
  contentTypeUnaryProto,
  errorToJsonBytes,
  parseTimeout as parseConnectTimeout,
  trailerMux,
} from "@connectrpc/connect/protocol-connect";
export {
  // The gRPC protocol on the wire.
  parseTimeout as parseGrpcTimeout,
  setTrailerStatus,
} from "@connectrpc/connect/protocol-grpc";
export {
  // Convert Node's request and response to and from the form that the streaming handlers use.
  universalRequestFromNodeRequest,
  universalResponseToNodeResponse,
} from "@connectrpc/connect-node";
