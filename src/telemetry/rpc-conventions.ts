// How metrics and spans name calls: OpenTelemetry's semantic conventions for RPC.

/** `rpc.system.name` by protocol. The conventions have no value for gRPC-Web and REST. */
export const RPC_SYSTEMS = {
  grpc: "grpc",
  "grpc-web": "grpc_web",
  connect: "connectrpc",
  rest: "rest",
} as const;

/** `rpc.response.status_code`: gRPC's name of the status that the log writes as Connect does. */
export function statusCode(status: string): string {
  return status === "canceled" ? "CANCELLED" : status.toUpperCase();
}
