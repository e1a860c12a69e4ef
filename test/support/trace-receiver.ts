import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/** A span as the collector sees it. */
export interface ReceivedSpan {
  traceId: string;
  spanId: string;
  /** Empty: a root. */
  parentSpanId: string;
  traceState: string;
  name: string;
  kind: "internal" | "server" | "client" | "unknown";
  attributes: Readonly<Record<string, string | number>>;
  isError: boolean;
  /** Attributes of the process that sent it. */
  resource: Readonly<Record<string, string | number>>;
}

/** A collector that gets OTLP over HTTP, in protobuf. */
export interface TraceReceiver {
  endpoint: string;
  spans: ReceivedSpan[];
  /** The headers of each request. */
  headers: IncomingHttpHeaders[];
  /** What it responds with from now on; null: nothing. */
  respondWith(status: number | null): void;
  close(): Promise<void>;
}

export async function startTraceReceiver(): Promise<TraceReceiver> {
  const spans: ReceivedSpan[] = [];
  const headers: IncomingHttpHeaders[] = [];
  let status: number | null = 200;
  const server = createServer(async (request, response) => {
    headers.push(request.headers);
    const body = await buffer(request);
    if (request.url === "/v1/traces" && status === 200) spans.push(...readRequest(body));
    if (status !== null) response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    headers,
    respondWith(next) {
      status = next;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

// opentelemetry/proto/trace/v1/trace.proto, of which only the numbers of the fields are on the wire.

type Field = Uint8Array | bigint | number;

/** The values of each field of a message, by its number. */
function readFields(message: Uint8Array): (number: number) => Field[] {
  const fields = new Map<number, Field[]>();
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    fields.set(number, [...(fields.get(number) ?? []), readField(reader, type)]);
  }
  return (number) => fields.get(number) ?? [];
}

function readField(reader: BinaryReader, type: WireType): Field {
  if (type === WireType.LengthDelimited) return reader.bytes();
  if (type === WireType.Bit64) return BigInt(reader.fixed64());
  return type === WireType.Bit32 ? reader.fixed32() : BigInt(reader.uint64());
}

const messages = (fields: Field[]) => fields.filter((field) => field instanceof Uint8Array);
const hex = ([field]: Field[]) => Buffer.from((field as Uint8Array | undefined) ?? []).toString("hex");
const text = ([field]: Field[]) => Buffer.from((field as Uint8Array | undefined) ?? []).toString();

function readRequest(body: Uint8Array): ReceivedSpan[] {
  return messages(readFields(body)(1)).flatMap((bytes) => {
    const resourceSpans = readFields(bytes);
    const [resource = new Uint8Array()] = messages(resourceSpans(1));
    const attributes = readAttributes(readFields(resource)(1));
    return messages(resourceSpans(2))
      .flatMap((scope) => messages(readFields(scope)(2)))
      .map((span) => readSpan(span, attributes));
  });
}

function readSpan(bytes: Uint8Array, resource: ReceivedSpan["resource"]): ReceivedSpan {
  const span = readFields(bytes);
  const [status = new Uint8Array()] = messages(span(15));
  return {
    traceId: hex(span(1)),
    spanId: hex(span(2)),
    traceState: text(span(3)),
    parentSpanId: hex(span(4)),
    name: text(span(5)),
    kind: (["internal", "server", "client"] as const)[Number(span(6)[0]) - 1] ?? "unknown",
    attributes: readAttributes(span(9)),
    isError: Number(readFields(status)(3)[0]) === 2,
    resource,
  };
}

function readAttributes(pairs: Field[]): Record<string, string | number> {
  return Object.fromEntries(
    messages(pairs).map((bytes) => {
      const pair = readFields(bytes);
      const [value = new Uint8Array()] = messages(pair(2));
      const [number] = readFields(value)(3);
      return [text(pair(1)), number === undefined ? text(readFields(value)(1)) : Number(number)];
    }),
  );
}
