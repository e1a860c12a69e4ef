import { type DescFile, type DescService, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type ConnectRouter, type Interceptor } from "@connectrpc/connect";
import { file_google_rpc_error_details } from "#gen/google/rpc/error_details_pb.js";
import * as v1 from "#gen/grpc/reflection/v1/reflection_pb.js";
import * as v1alpha from "#gen/grpc/reflection/v1alpha/reflection_pb.js";
import { createDescriptorIndex, type DescriptorIndex, importPathOf } from "./descriptor-index.js";

/** v1 and v1alpha differ only in their names. */
type Request = v1.ServerReflectionRequest | v1alpha.ServerReflectionRequest;

type MessageResponse =
  | { case: "listServicesResponse"; value: { service: { name: string }[] } }
  | { case: "fileDescriptorResponse"; value: { fileDescriptorProto: Uint8Array<ArrayBuffer>[] } }
  | { case: "allExtensionNumbersResponse"; value: { baseTypeName: string; extensionNumber: number[] } }
  | { case: "errorResponse"; value: { errorCode: Code; errorMessage: string } };

function errorResponse(errorCode: Code, errorMessage: string): MessageResponse {
  return { case: "errorResponse", value: { errorCode, errorMessage } };
}

/** The file and its transitive imports, except the imports that this stream has already sent. */
function withImports(file: DescFile, sent: Set<string>): DescFile[] {
  sent.add(importPathOf(file));
  const files = [file];
  for (const dependency of file.dependencies) {
    if (!sent.has(importPathOf(dependency))) files.push(...withImports(dependency, sent));
  }
  return files;
}

function filesResponse(file: DescFile | undefined, sent: Set<string>): MessageResponse {
  if (!file) return errorResponse(Code.NotFound, "not found");
  const fileDescriptorProto = withImports(file, sent).map(({ proto }) =>
    toBinary(FileDescriptorProtoSchema, proto),
  );
  return { case: "fileDescriptorResponse", value: { fileDescriptorProto } };
}

function createMessageResponse(
  services: readonly DescService[],
  index: DescriptorIndex,
  { messageRequest }: Request,
  sent: Set<string>,
): MessageResponse {
  switch (messageRequest.case) {
    case "listServices":
      return {
        case: "listServicesResponse",
        value: { service: services.map(({ typeName }) => ({ name: typeName })) },
      };
    case "fileByFilename":
      return filesResponse(index.fileByPath(messageRequest.value), sent);
    case "fileContainingSymbol":
      return filesResponse(index.fileBySymbol(messageRequest.value), sent);
    case "fileContainingExtension": {
      const { containingType, extensionNumber } = messageRequest.value;
      return filesResponse(index.fileByExtension(containingType, extensionNumber), sent);
    }
    case "allExtensionNumbersOfType": {
      const baseTypeName = messageRequest.value;
      const numbers = index.extensionNumbers(baseTypeName);
      if (!numbers) return errorResponse(Code.NotFound, "not found");
      return { case: "allExtensionNumbersResponse", value: { baseTypeName, extensionNumber: [...numbers] } };
    }
    case undefined:
      return errorResponse(Code.InvalidArgument, "unknown request");
  }
}

/** Requests that one stream answers. grpcurl sends one per file and symbol, a few dozen in all. */
const MAX_REQUESTS = 1_000;

/**
 * Registers grpc.reflection.v1 and v1alpha.ServerReflection, as their .proto files describe them: lists `services` and
 * returns their .proto files, and the file of the details of errors, which none of these imports; grpcurl needs it to
 * show a reason. The service is public, so of all interceptors only `interceptors` run before it: those that limit the
 * streams of an address. A stream ends with RESOURCE_EXHAUSTED after `maxRequests`.
 */
export function reflectionRoutes(
  services: readonly DescService[],
  interceptors: Interceptor[],
  maxRequests = MAX_REQUESTS,
): (router: ConnectRouter) => ConnectRouter {
  const index = createDescriptorIndex([...services.map(({ file }) => file), file_google_rpc_error_details]);

  async function* respond<R extends Request>(requests: AsyncIterable<R>) {
    const sent = new Set<string>();
    let left = maxRequests;
    for await (const request of requests) {
      if (left === 0) throw new ConnectError("too many requests in one stream", Code.ResourceExhausted);
      left -= 1;
      const messageResponse = createMessageResponse(services, index, request, sent);
      yield { validHost: request.host, originalRequest: request, messageResponse };
    }
  }

  return (router) =>
    router
      .service(
        v1.ServerReflection,
        { serverReflectionInfo: respond<v1.ServerReflectionRequest> },
        { interceptors },
      )
      .service(
        v1alpha.ServerReflection,
        { serverReflectionInfo: respond<v1alpha.ServerReflectionRequest> },
        { interceptors },
      );
}
