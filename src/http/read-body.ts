import { gunzipSync } from "node:zlib";
import { Code, ConnectError } from "@connectrpc/connect";
import type { NodeRequest } from "./node-handler.js";
import { bodyTooLarge, bodyUnreadable, compressionUnsupported } from "./request-error.js";

/** The largest message of a unary call, in bytes, as it comes and decompressed. */
export const MAX_MESSAGE_BYTES = 64 * 1024;

/**
 * The whole body, of at most `maxBytes`. A larger one is refused as soon as that shows, and the rest of it
 * left unread. Throws a RequestFault, or ConnectError canceled when the client goes away.
 */
export function readBody(request: NodeRequest, maxBytes = MAX_MESSAGE_BYTES): Promise<Buffer> {
  if (Number(request.headers["content-length"]) > maxBytes) return Promise.reject(bodyTooLarge());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) {
        chunks.push(chunk);
        return;
      }
      request.off("data", onData);
      reject(bodyTooLarge());
    };
    const onGone = () => reject(new ConnectError("", Code.Canceled));
    request.on("data", onData);
    request.once("end", () => resolve(Buffer.concat(chunks, size)));
    request.once("close", onGone);
    request.once("error", onGone);
  });
}

/**
 * Undoes `encoding`, a value of Content-Encoding or Grpc-Encoding: gzip or nothing.
 * Stops at `maxMessageBytes` of output, however small the input. Throws a RequestFault.
 */
export function decompress(bytes: Buffer, encoding: string | undefined): Buffer {
  switch (encoding?.trim().toLowerCase() || "identity") {
    case "identity":
      return bytes;
    case "gzip":
      return gunzip(bytes);
    default:
      throw compressionUnsupported();
  }
}

/** Synchronous: a few KiB take less time than a turn in the thread pool, which password hashes keep busy. */
function gunzip(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_MESSAGE_BYTES });
  } catch (error) {
    const isTooLarge = error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
    throw isTooLarge ? bodyTooLarge() : bodyUnreadable(error);
  }
}
