import { once } from "node:events";
import { connect, type IncomingHttpHeaders } from "node:http2";
import { fromBinary } from "@bufbuild/protobuf";
import { base64Decode } from "@bufbuild/protobuf/wire";
import { ErrorInfoSchema } from "#gen/google/rpc/error_details_pb.js";
import { StatusSchema } from "#gen/google/rpc/status_pb.js";

export interface RawGrpcResponse {
  httpStatus: number;
  header: IncomingHttpHeaders;
  trailer: IncomingHttpHeaders;
  body: Buffer;
  /** `google.rpc.ErrorInfo.reason` of the status details. */
  reason: string | undefined;
}

/** Sends one HTTP/2 request, gRPC or not, and waits for the end of the response. */
export async function sendRaw(
  http2Url: string,
  path: string,
  body: Uint8Array,
  headers: Record<string, string> = {},
): Promise<RawGrpcResponse> {
  const session = connect(http2Url);
  try {
    const stream = session.request(
      {
        ":method": "POST",
        ":path": path,
        "content-type": "application/grpc",
        te: "trailers",
        ...headers,
      },
      { endStream: false },
    );
    let trailer: IncomingHttpHeaders = {};
    stream.on("trailers", (received) => {
      trailer = received;
    });
    const responded = once(stream, "response") as Promise<[IncomingHttpHeaders]>;
    stream.end(body);
    const [header] = await responded;
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    const httpStatus = Number(header[":status"]);
    return { httpStatus, header, trailer, body: Buffer.concat(chunks), reason: reasonIn(trailer) };
  } finally {
    session.destroy();
  }
}

function reasonIn(trailer: IncomingHttpHeaders): string | undefined {
  const details = trailer["grpc-status-details-bin"];
  if (typeof details !== "string") return undefined;
  const info = fromBinary(StatusSchema, base64Decode(details)).details.find(({ typeUrl }) =>
    typeUrl.endsWith(`/${ErrorInfoSchema.typeName}`),
  );
  return info && fromBinary(ErrorInfoSchema, info.value).reason;
}
