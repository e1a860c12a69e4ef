import { fromBinary } from "@bufbuild/protobuf";
import { type FileDescriptorProto, FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { credentials, loadPackageDefinition } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { healthRoutes } from "../../src/rpc/health.js";
import { reflectionRoutes } from "../../src/rpc/reflection.js";
import { serveServices, services } from "./serve-services.js";

export interface ReflectionResponse {
  valid_host: string;
  file_descriptor_response?: { file_descriptor_proto: Buffer[] };
  list_services_response?: { service: { name: string }[] };
  all_extension_numbers_response?: { base_type_name: string; extension_number: number[] };
  error_response?: { error_code: number; error_message: string };
}

interface Stream extends AsyncIterable<ReflectionResponse> {
  write(request: object): void;
  end(): void;
}

interface ReflectionClient {
  serverReflectionInfo(): Stream;
  close(): void;
}

type Client<T> = new (...args: unknown[]) => T;

/** The class of a grpc-js client for the service at `path`. */
export function serviceClass<T>(
  definition: Parameters<typeof loadPackageDefinition>[0],
  path: string,
): Client<T> {
  const found = path
    .split(".")
    .reduce((scope: object, name) => scope[name as keyof typeof scope], loadPackageDefinition(definition));
  return found as Client<T>;
}

export const authService = "waterbill.identity.v1.AuthService";

export type ReflectionVersion = "v1" | "v1alpha";

/** Serves health and reflection. */
export const startReflection = () =>
  serveServices((readiness) => (router) => {
    healthRoutes({ readiness, services })(router);
    return reflectionRoutes(services, [])(router);
  });

/** Sends all requests in one stream of a grpc-js client to a new server, and returns the responses. */
export async function askReflection(
  version: ReflectionVersion,
  ...requests: object[]
): Promise<ReflectionResponse[]> {
  const { port } = await startReflection();
  const definition = loadSync(`grpc/reflection/${version}/reflection.proto`, {
    includeDirs: ["proto"],
    keepCase: true,
  });
  const ServerReflection = serviceClass<ReflectionClient>(
    definition,
    `grpc.reflection.${version}.ServerReflection`,
  );
  const client = new ServerReflection(`127.0.0.1:${port}`, credentials.createInsecure());
  const stream = client.serverReflectionInfo();
  for (const request of requests) stream.write({ host: "a-host", ...request });
  stream.end();
  const responses: ReflectionResponse[] = [];
  try {
    for await (const response of stream) responses.push(response);
  } finally {
    client.close();
  }
  return responses;
}

/** The files in a response. */
export function filesIn(response: ReflectionResponse | undefined): FileDescriptorProto[] {
  const files = response?.file_descriptor_response?.file_descriptor_proto ?? [];
  return files.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes));
}
