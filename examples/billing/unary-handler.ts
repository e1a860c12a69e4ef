import { type handleUnaryCall, type Metadata, type StatusObject, status } from "@grpc/grpc-js";
import { StatusError } from "./status-error.js";

/** Makes a gRPC handler of an async method. Callers see the StatusErrors that it throws; other errors are INTERNAL. */
export function unaryHandler<Request, Response>(
  method: (request: Request, metadata: Metadata) => Promise<Response>,
): handleUnaryCall<Request, Response> {
  return ({ request, metadata }, callback) => {
    method(request, metadata).then(
      (response) => callback(null, response),
      (error: unknown) => callback(toStatus(error)),
    );
  };
}

/** Logs errors that aren't the caller's. */
function toStatus(error: unknown): Partial<StatusObject> {
  if (!(error instanceof StatusError)) {
    console.error(error);
    return { code: status.INTERNAL, details: "The service failed." };
  }
  if (error.cause !== undefined) console.error(error);
  return { code: error.code, details: error.message };
}
