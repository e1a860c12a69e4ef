import { type ClientHttp2Session, connect } from "node:http2";

export interface Http2Response {
  status: number;
  headers: Record<string, unknown>;
  body: string;
}

/** One request without a body in `session`; rejects when the stream is reset. */
export function getHttp2(
  session: ClientHttp2Session,
  path: string,
  headers: Record<string, string | string[]> = {},
): Promise<Http2Response> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ":path": path, ...headers }, { endStream: true });
    let header: Record<string, unknown> = {};
    let body = "";
    stream.setEncoding("utf8");
    stream.on("response", (received) => {
      header = received;
    });
    stream.on("data", (chunk: string) => {
      body += chunk;
    });
    stream.on("error", reject);
    stream.on("close", () => {
      if (stream.rstCode !== 0) reject(new Error(`reset with ${stream.rstCode}`));
      resolve({ status: Number(header[":status"]), headers: header, body });
    });
  });
}

/** A session with the server; if it refuses the connection, the session's requests fail. */
export function connectHttp2(url: string): ClientHttp2Session {
  const session = connect(url);
  session.on("error", () => {});
  return session;
}
