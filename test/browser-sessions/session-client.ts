import { once } from "node:events";
import { request as requestHttp1 } from "node:http";
import { connect } from "node:http2";
import type { Writable } from "node:stream";
import { text } from "node:stream/consumers";

/** A request of a browser to one of the console's methods of sign-in. */
export interface SessionRequest {
  /** `Login` */
  method: string;
  httpMethod?: string;
  headers?: Record<string, string>;
  body?: string;
}

export interface SessionResponse {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
  /** The Set-Cookie fields. */
  cookies: string[];
}

export type SendSession = (origin: string, request: SessionRequest) => Promise<SessionResponse>;

export const sessionPath = (method: string) => `/admin/session/waterbill.identity.v1.AuthService/${method}`;

/** As the browser sends it for a page at `origin`. */
const headersOf = (origin: string, headers: Record<string, string> = {}) => ({
  origin,
  "content-type": "application/json",
  "accept-language": "en",
  ...headers,
});

function respond(status: number, headers: SessionResponse["headers"], body: string): SessionResponse {
  return { status, headers, body, cookies: [headers["set-cookie"] ?? []].flat() };
}

const sendHttp1: SendSession = async (origin, { method, httpMethod = "POST", headers, body = "{}" }) => {
  const request = requestHttp1(`${origin}${sessionPath(method)}`, {
    method: httpMethod,
    headers: withoutEmpty(headersOf(origin, headers)),
  });
  endWith(request, httpMethod, body);
  const [response] = await once(request, "response");
  return respond(response.statusCode, response.headers, await text(response));
};

const sendHttp2: SendSession = async (origin, { method, httpMethod = "POST", headers, body = "{}" }) => {
  const session = connect(origin);
  const { host, ...fields } = headersOf(origin, headers) as Record<string, string>;
  const stream = session.request(
    {
      ":method": httpMethod,
      ":path": sessionPath(method),
      ...(host && { ":authority": host }),
      ...withoutEmpty(fields),
    },
    { endStream: false },
  );
  endWith(stream, httpMethod, body);
  const [header] = await once(stream, "response");
  const content = await text(stream);
  session.close();
  return respond(Number(header[":status"]), header, content);
};

/** Ends a request, with the body only if it is a POST. */
function endWith(request: Writable, httpMethod: string, body: string): void {
  if (httpMethod === "POST") request.write(body);
  request.end();
}

/** A header that a test sets to an empty text is not sent. */
function withoutEmpty(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ""));
}

export const HTTP_VERSIONS: readonly [string, SendSession][] = [
  ["HTTP/1.1", sendHttp1],
  ["HTTP/2", sendHttp2],
];

/** The `Cookie` field of a browser that has got these Set-Cookie fields. */
export const cookieField = (cookies: readonly string[]) =>
  cookies.map((cookie) => cookie.split(";", 1)[0]).join("; ");
