import { create, type DescMessage, type Message } from "@bufbuild/protobuf";
import { ConnectError } from "@connectrpc/connect";
import { clientSignal, startResponse, toHeaders, writeChunk } from "../http/node-body.js";
import type { NodeRequest } from "../http/node-handler.js";
import { messageFromJson } from "../rpc/json-message.js";
import type { StreamingMethodHandler } from "../rpc/streaming-method.js";
import { type Route, successBody, successStatus } from "./envelope.js";
import { type HttpExchange, sendError, sendJson, setFileName } from "./http-exchange.js";
import { toRestJson } from "./rest-json.js";
import { readQuery } from "./transcode.js";
import { readUpload } from "./upload.js";

/**
 * Handles a call of a streaming method. The first request message comes from the query; each chunk of an uploaded file
 * follows in the field that the http rule names as its body. The response is the first response message, or a file: the
 * values of the field that the rule names as its response body.
 */
export async function handleStream(
  exchange: HttpExchange,
  handler: StreamingMethodHandler,
  route: Route,
): Promise<void> {
  const { request, response, caller } = exchange;
  const { header, responses } = handler.open({
    protocol: "rest",
    caller,
    header: toHeaders(request.headers),
    signal: clientSignal(response),
    messages: requestMessages(handler.method.input, route, request),
  });
  const iterator = responses[Symbol.asyncIterator]();
  try {
    const first = await iterator.next();
    if (route.success.shape === "file") {
      await sendFile(exchange, route, header, first, iterator);
    } else {
      // The call has ended only after its last response; an iterator that is left before counts as canceled.
      await iterator.next();
      const json = toRestJson(handler.method.output, first.value as Message);
      sendJson(
        exchange,
        successStatus(route.success),
        header,
        JSON.stringify(successBody(route.success, json, caller)),
      );
    }
  } catch (error) {
    // Once the response has started, only breaking it off can signal a failure.
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
  for await (const chunk of readUpload(request, input, binding.body)) {
    yield create(input, { [binding.body]: chunk });
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
  setFileName(header, success.fileName);
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
