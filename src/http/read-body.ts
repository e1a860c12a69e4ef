import { gunzipSync } from "node:zlib";
import { Code, ConnectError } from "@connectrpc/connect";
import type { NodeRequest } from "./node-handler.js";
import { bodyTooLarge, bodyUnreadable, compressionUnsupported } from "./request-error.js";

/** Maximum size of a unary call's message, in bytes, both as received and decompressed. */
export const MAX_MESSAGE_BYTES = 64 * 1024;

/**
 * Reads the whole body, of at most `maxBytes`. A larger body is rejected as soon as its size shows, and the rest of it
 * is left unread. Rejects with a RequestError, or with ConnectError canceled if the client disconnects.
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
    const onDisconnect = () => reject(new ConnectError("", Code.Canceled));
    request.on("data", onData);
    request.once("end", () => {
      // Every request closes; its error would be made for nothing.
      request.off("close", onDisconnect);
      resolve(Buffer.concat(chunks, size));
    });
    request.once("close", onDisconnect);
    request.once("error", onDisconnect);
  });
}

/**
 * Decodes `encoding`, a value of Content-Encoding or Grpc-Encoding: gzip or identity.
 * Stops at MAX_MESSAGE_BYTES of output, however small the input. Throws a RequestError.
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

/** Synchronous: a few KiB take less time than a wait for the thread pool, which password hashing keeps busy. */
function gunzip(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_MESSAGE_BYTES });
  } catch (error) {
    const isTooLarge = error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
    throw isTooLarge ? bodyTooLarge() : bodyUnreadable(error);
  }
}
