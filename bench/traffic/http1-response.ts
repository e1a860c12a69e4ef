/** A response of HTTP/1.1. */
export interface Http1Response {
  status: number;
  body: Buffer;
}

const HEAD_END = "\r\n\r\n";

/**
 * The response that `bytes` are, or null while it is incomplete. Reads what Node's servers send: a body with its length
 * or in chunks without extensions and trailers.
 */
export function parseResponse(bytes: Buffer): Http1Response | null {
  const headEnd = bytes.indexOf(HEAD_END);
  if (headEnd < 0) return null;
  const head = bytes.toString("latin1", 0, headEnd + 2).toLowerCase();
  const bodyStart = headEnd + HEAD_END.length;
  const length = fieldOf(head, "content-length");
  const body =
    length === null ? chunkedBody(bytes, bodyStart, head) : wholeBody(bytes, bodyStart, Number(length));
  return body && { status: Number(head.slice(9, 12)), body };
}

/** The value of a header field; null if `head`, in lower case, does not have it. */
function fieldOf(head: string, name: string): string | null {
  const label = `\r\n${name}: `;
  const at = head.indexOf(label);
  return at < 0 ? null : head.slice(at + label.length, head.indexOf("\r\n", at + 2));
}

function wholeBody(bytes: Buffer, start: number, length: number): Buffer | null {
  return bytes.length < start + length ? null : bytes.subarray(start, start + length);
}

function chunkedBody(bytes: Buffer, start: number, head: string): Buffer | null {
  if (fieldOf(head, "transfer-encoding") !== "chunked") throw new Error(`no body in the response:\n${head}`);
  const chunks: Buffer[] = [];
  for (let at = start; ; ) {
    const sizeEnd = bytes.indexOf("\r\n", at);
    if (sizeEnd < 0) return null;
    const size = Number.parseInt(bytes.toString("latin1", at, sizeEnd), 16);
    const dataStart = sizeEnd + 2;
    at = dataStart + size + 2;
    if (bytes.length < at) return null;
    if (size === 0) return Buffer.concat(chunks);
    chunks.push(bytes.subarray(dataStart, dataStart + size));
  }
}
