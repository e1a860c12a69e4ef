import { create, type DescMessage, type Message } from "@bufbuild/protobuf";
import { ConnectError } from "@connectrpc/connect";
import { parseContentType } from "../http/content-type.js";
import { bodyChunks, clientSignal, startResponse, toHeaders, writeChunk } from "../http/node-body.js";
import type { NodeRequest } from "../http/node-handler.js";
import { bodyTooLarge, compressionUnsupported, contentTypeUnsupported } from "../http/request-error.js";
import { messageFromJson } from "../rpc/codec.js";
import type { StreamingMethodHandler } from "../rpc/streaming-method.js";
import { type Route, successBody, successStatus } from "./envelope.js";
import { type HttpExchange, sendError, sendJson } from "./http-exchange.js";
import { toRestJson } from "./rest-json.js";
import { readQuery } from "./transcode.js";

/** Bytes of a file that is sent to us. */
const MAX_FILE_BYTES = 100 * 1024 * 1024;

/** What clients call a CSV file; a spreadsheet's type is what browsers on Windows say. */
const FILE_TYPES = ["text/csv", "application/csv", "text/plain", "application/vnd.ms-excel", ""];

/**
 * Answers a call of a streaming method: the request's message comes from the query, a file goes to the field that the
 * http rule names, piece by piece, and a file is answered from the one it names for the answer.
 */
export async function handleStream(
  exchange: HttpExchange,
  call: StreamingMethodHandler,
  route: Route,
): Promise<void> {
  const { request, response, caller } = exchange;
  const { header, responses } = call.open({
    protocol: "rest",
    caller,
    header: toHeaders(request.headers),
    signal: clientSignal(response),
    messages: requestMessages(call.method.input, route, request),
  });
  const iterator = responses[Symbol.asyncIterator]();
  try {
    const first = await iterator.next();
    if (route.success.shape === "file") {
      await sendFile(exchange, route, header, first, iterator);
    } else {
      const json = toRestJson(call.method.output, first.value as Message);
      sendJson(
        exchange,
        successStatus(route.success),
        header,
        JSON.stringify(successBody(route.success, json, caller)),
      );
    }
  } catch (error) {
    // Once an answer has begun, to break it off is all that tells of a failure.
    if (!(error instanceof ConnectError) || response.headersSent) throw error;
    sendError(exchange, error, header, route);
  } finally {
    await iterator.return?.();
  }
}

async function* requestMessages(
  input: DescMessage,
  { binding, success }: Route,
  request: NodeRequest,
): AsyncGenerator<Message> {
  const preset = success.shape === "file" ? success.request : {};
  yield messageFromJson(input, { ...readQuery(input, request), ...preset });
  if (binding.body === "") return;
  for await (const piece of readFile(request)) yield create(input, { [binding.body]: piece });
}

/** The body, piece by piece. Throws a RequestFault, or ConnectError canceled when the client goes away. */
async function* readFile(request: NodeRequest): AsyncGenerator<Buffer> {
  const { "content-type": type, "content-encoding": encoding = "identity" } = request.headers;
  if (!FILE_TYPES.includes(parseContentType(type).mediaType)) throw contentTypeUnsupported();
  if (encoding !== "identity") throw compressionUnsupported();
  if (Number(request.headers["content-length"]) > MAX_FILE_BYTES) throw bodyTooLarge();
  let size = 0;
  for await (const piece of bodyChunks(request)) {
    size += piece.length;
    if (size > MAX_FILE_BYTES) throw bodyTooLarge();
    yield piece;
  }
}

async function sendFile(
  { request, response }: HttpExchange,
  { binding, success }: Route,
  header: Headers,
  first: IteratorResult<Message>,
  rest: AsyncIterator<Message>,
): Promise<void> {
  if (success.shape !== "file") return;
  header.set("content-type", success.contentType);
  header.set("content-disposition", `attachment; filename="${success.fileName}"`);
  startResponse(response, 200, header);
  if (request.method !== "HEAD") {
    for (let next = first; !next.done; next = await rest.next()) {
      await writeChunk(
        response,
        (next.value as unknown as Record<string, Uint8Array>)[binding.responseBody]!,
      );
    }
  }
  response.end();
  request.resume();
}
