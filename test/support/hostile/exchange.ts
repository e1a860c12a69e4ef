import {
  type ClientHttp2Session,
  connect as connectHttp2,
  constants,
  type IncomingHttpHeaders,
} from "node:http2";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

export type HostileProtocol =
  | "REST"
  | "Connect JSON"
  | "Connect binary"
  | "gRPC"
  | "gRPC-Web"
  | "gRPC-Web text";

export interface HostileRequest {
  protocol: HostileProtocol;
  httpMethod: string;
  path: string;
  headers: Record<string, string>;
  body: Buffer;
  /** HTTP itself is violated: the connection may end, and the refusal may have no body. */
  isBrokenHttp: boolean;
}

export interface HostileResponse {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
  trailers: Record<string, string>;
}

/** Sends hostile requests to one service. */
export interface HostileClient {
  /** Undefined when the service closed the connection, or reset the stream, without a response, and after 30 s. */
  send(request: HostileRequest): Promise<HostileResponse | undefined>;
  close(): void;
}

const TIMEOUT_MS = 30_000;
/** The end of a header, of a chunked body and of its trailers. */
const END = Buffer.from("\r\n\r\n");

/** gRPC goes over HTTP/2; everything else over HTTP/1.1, byte by byte as it is given. */
export function openHostileClient(port: number): HostileClient {
  let session: ClientHttp2Session | undefined;
  const currentSession = () => {
    if (session === undefined || session.destroyed || session.closed) {
      session = connectHttp2(`http://127.0.0.1:${port}`);
      session.on("error", () => {});
    }
    return session;
  };
  return {
    async send(request) {
      const isHttp2 = request.protocol === "gRPC" && !request.isBrokenHttp;
      const exchange = isHttp2 ? sendHttp2(currentSession(), request) : sendHttp1(port, request);
      const timeout = new AbortController();
      const late = delay(TIMEOUT_MS, undefined, { signal: timeout.signal }).catch(() => undefined);
      return Promise.race([exchange, late]).finally(() => timeout.abort());
    },
    close: () => session?.destroy(),
  };
}

/** Node's client refuses some fields and methods that HTTP/2 can carry; those are left out. */
function http2Headers({ httpMethod, path, headers }: HostileRequest): Record<string, string> {
  const { host: _, ...fields } = headers;
  return { ":method": httpMethod, ":path": path, te: "trailers", ...fields };
}

async function sendHttp2(
  session: ClientHttp2Session,
  request: HostileRequest,
): Promise<HostileResponse | undefined> {
  const stream = session.request(http2Headers(request), { endStream: false });
  const response: HostileResponse = { status: 0, headers: {}, body: Buffer.alloc(0), trailers: {} };
  const chunks: Buffer[] = [];
  stream.on("response", (headers) => {
    response.status = Number(headers[":status"]);
    response.headers = texts(headers);
  });
  stream.on("trailers", (trailers) => {
    response.trailers = texts(trailers);
  });
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  stream.on("error", () => {});
  // A response that comes before the end of the request leaves the stream open for the rest of it.
  stream.on("end", () => stream.close(constants.NGHTTP2_CANCEL));
  const closed = new Promise((resolve) => stream.once("close", resolve));
  stream.end(request.body);
  await closed;
  return response.status === 0 ? undefined : { ...response, body: Buffer.concat(chunks) };
}

function texts(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

async function sendHttp1(port: number, request: HostileRequest): Promise<HostileResponse | undefined> {
  const { httpMethod, path, headers, body, isBrokenHttp } = request;
  const fields = { host: "localhost", "content-length": String(body.length), ...headers };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  const socket = connect(port, "127.0.0.1");
  let received = Buffer.alloc(0);
  let response: HostileResponse | undefined;
  socket.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    response = parseResponse(received, httpMethod);
    if (response) socket.destroy();
  });
  // A refusal may be followed by a reset, when the service closes the connection before it has read the whole body.
  socket.on("error", () => {});
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.write(Buffer.from(`${httpMethod} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`, "latin1"));
  socket.write(body);
  // Otherwise the service waits for the rest of a body whose length is a lie.
  if (isBrokenHttp) socket.end();
  await closed;
  return response;
}

/** Parses a response; undefined if it is not complete. */
function parseResponse(received: Buffer, httpMethod: string): HostileResponse | undefined {
  const end = received.indexOf(END);
  if (end < 0) return undefined;
  const [statusLine = "", ...lines] = received.subarray(0, end).toString("latin1").split("\r\n");
  const status = Number(statusLine.split(" ")[1]);
  const rest = received.subarray(end + 4);
  if (status === 100) return parseResponse(rest, httpMethod);
  const headers = fieldsIn(lines);
  if (headers["transfer-encoding"] === "chunked" && httpMethod !== "HEAD") {
    const content = unchunk(rest);
    return content && { status, headers, ...content };
  }
  const length = httpMethod === "HEAD" ? 0 : Number(headers["content-length"] ?? 0);
  // What follows is the response to what follows the request's body, if its length is a lie.
  return rest.length < length ? undefined : { status, headers, body: rest.subarray(0, length), trailers: {} };
}

function fieldsIn(lines: readonly string[]): Record<string, string> {
  const fields = lines.map((line) => /^([^:]+): *(.*)$/.exec(line) ?? []);
  return Object.fromEntries(fields.map(([, name = "", value = ""]) => [name.toLowerCase(), value]));
}

/** Reads a chunked body and the trailers after it (RFC 9112, section 7.1); undefined if they are not complete. */
function unchunk(bytes: Buffer): Pick<HostileResponse, "body" | "trailers"> | undefined {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const lineEnd = bytes.indexOf("\r\n", at);
    const size = Number.parseInt(bytes.toString("latin1", at, Math.max(at, lineEnd)), 16);
    if (size === 0) {
      const end = bytes.indexOf(END, lineEnd);
      const lines = bytes.toString("latin1", lineEnd, end).split("\r\n").filter(Boolean);
      return end < 0 ? undefined : { body: Buffer.concat(chunks), trailers: fieldsIn(lines) };
    }
    chunks.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = Number.isNaN(size) ? bytes.length : lineEnd + 2 + size + 2;
  }
  return undefined;
}
