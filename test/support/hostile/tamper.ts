import { gzipSync } from "node:zlib";
import type { SeededRandom } from "../seeded-random.js";
import type { HostileRequest } from "./exchange.js";
import { hostileText, inUrl } from "./values.js";

type Change = (request: HostileRequest, random: SeededRandom) => void;

/** Changes some requests outside their body: a header, the path, the method, or HTTP itself. */
export const tamper: Change = (request, random) => {
  if (random.once(8)) tamperHeader(request, random);
  if (random.once(12)) tamperPath(request, random);
  if (random.once(20)) tamperMethod(request, random);
  if (random.once(25)) breakHttp(request, random);
};

const HEADERS: readonly [name: string, value: string][] = [
  ["content-type", "text/plain"],
  ["content-type", "application/json; charset=utf-16"],
  ["content-type", "application/grpc+thrift"],
  ["content-type", ";;=,"],
  ["content-type", `multipart/form-data; boundary=${"-".repeat(300)}`],
  ["authorization", "Bearer"],
  ["authorization", "Basic YTpi"],
  ["authorization", `Bearer ${"x".repeat(9_000)}`],
  ["authorization", "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."],
  ["content-encoding", "gzip"],
  ["content-encoding", "br, gzip"],
  ["grpc-encoding", "snappy"],
  ["grpc-timeout", "99999999999999H"],
  ["grpc-timeout", "-1S"],
  ["connect-timeout-ms", "1e9"],
  ["connect-timeout-ms", "1"],
  ["connect-protocol-version", "99"],
  ["accept-language", `${"en;q=0.".repeat(400)}`],
  ["x-forwarded-for", "999.1.1.1, ::ffff:1.2.3.4, unknown"],
  ["host", "a b"],
  ["range", "bytes=0-"],
  ["x-http-method-override", "DELETE"],
  ["expect", "100-continue"],
];

function tamperHeader(request: HostileRequest, random: SeededRandom): void {
  const [name, value] = random.pick(HEADERS);
  request.headers[name] = value;
  if (value === "gzip" && random.once(2))
    request.body = gzipSync(Buffer.alloc(random.pick([100, 8_000_000])));
}

function tamperPath(request: HostileRequest, random: SeededRandom): void {
  request.path = random.pick([
    () => `${request.path}/%`,
    () => request.path.replace("/", "//"),
    () => request.path.replace(/[aeiou]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
    () => request.path.toUpperCase(),
    () => `/..${request.path}/../%2e%2e/%00`,
    () => `${request.path}?${"a=b&".repeat(2_000)}`,
    () =>
      `${request.path}?page_size=1e99&page_size=-1&=&&%=%ff&__proto__=1&connect=v2&encoding=json&message=%7B`,
    () => `/${inUrl(hostileText(random))}`,
    () => request.path.replace(/\w+\/?$/, "Nothing"),
  ])();
}

function tamperMethod(request: HostileRequest, random: SeededRandom): void {
  request.httpMethod = random.pick(["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "PROPFIND"]);
}

/** Something that no HTTP client sends, for the parsers. */
function breakHttp(request: HostileRequest, random: SeededRandom): void {
  request.isBrokenHttp = true;
  random.pick([
    () => Object.assign(request.headers, { "x-nul": "a\u0000b" }),
    () => Object.assign(request.headers, { "x-folded": "a\r\n b" }),
    () => Object.assign(request.headers, { "x y": "1" }),
    () =>
      Object.assign(request.headers, {
        "content-length": random.pick(["-1", "1e3", "99999999999999999999", "0", "9"]),
      }),
    () =>
      Object.assign(request.headers, { "transfer-encoding": random.pick(["chunked", "gzip", "chunked, x"]) }),
    () => Object.assign(request.headers, { "x-large": "x".repeat(17_000) }),
    () => Object.assign(request.headers, { upgrade: "h2c", connection: "upgrade", "http2-settings": "AAAA" }),
    () => Object.assign(request, { httpMethod: random.pick(["CONNECT", "post", "FOO", "G\u0000T", ""]) }),
    () =>
      Object.assign(request, {
        path: random.pick(["*", "http://example.com/a", "a", "/\u00e9 x", "/\u0000"]),
      }),
  ])();
}
