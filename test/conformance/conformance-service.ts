import { setTimeout as delay } from "node:timers/promises";
import { create, type Message, type MessageShape } from "@bufbuild/protobuf";
import { anyPack, anyUnpack } from "@bufbuild/protobuf/wkt";
import { type Code, ConnectError, type HandlerContext, type ServiceImpl } from "@connectrpc/connect";
import {
  type ClientStreamRequest,
  type ConformanceService,
  type Error as ErrorDefinition,
  type Header,
  ConformancePayload_RequestInfoSchema as RequestInfoSchema,
  type StreamResponseDefinition,
  file_connectrpc_conformance_v1_service as suiteFile,
  type UnaryResponseDefinition,
} from "#gen/connectrpc/conformance/v1/service_pb.js";
import { jsonOptionsOf } from "../../src/rpc/json-options.js";

type RequestInfo = MessageShape<typeof RequestInfoSchema>;

const { registry } = jsonOptionsOf(suiteFile);

/**
 * The suite's service (connectrpc/conformance/v1/service.proto): each request says what to respond, and the response
 * says what the server saw of the request. `unimplemented` is left out on purpose.
 */
export const conformanceService: Partial<ServiceImpl<typeof ConformanceService>> = {
  unary: (request, context) => respond(request.responseDefinition, [request], context),

  idempotentUnary: (request, context) => respond(request.responseDefinition, [request], context),

  async clientStream(messages, context) {
    const requests: ClientStreamRequest[] = [];
    for await (const request of messages) requests.push(request);
    return respond(requests[0]?.responseDefinition, requests, context);
  },

  async *serverStream(request, context) {
    setHeaders(context, request.responseDefinition);
    yield* respondAll(request.responseDefinition, [request], context);
  },

  async *bidiStream(messages, context) {
    let definition: StreamResponseDefinition | undefined;
    let isFullDuplex = false;
    let sent = 0;
    let pending: Message[] = [];
    for await (const request of messages) {
      if (definition === undefined) {
        definition = request.responseDefinition;
        isFullDuplex = request.fullDuplex;
        setHeaders(context, definition);
      }
      pending.push(request);
      if (!isFullDuplex) continue;
      const data = definition?.responseData[sent];
      if (data === undefined) break;
      await delay(definition?.responseDelayMs);
      yield { payload: { data, requestInfo: requestInfo(context, pending) } };
      sent += 1;
      pending = [];
    }
    yield* respondAll(definition, pending, context, sent);
  },
};

async function respond(
  definition: UnaryResponseDefinition | undefined,
  requests: readonly Message[],
  context: HandlerContext,
) {
  setHeaders(context, definition);
  const info = requestInfo(context, requests);
  const response = definition?.response;
  if (response?.case === "error") throw toConnectError(response.value, info);
  await delay(definition?.responseDelayMs);
  return { payload: { requestInfo: info, ...(response?.case && { data: response.value }) } };
}

/** The responses of a stream, from the one after `sent` on, and its error. */
async function* respondAll(
  definition: StreamResponseDefinition | undefined,
  requests: readonly Message[],
  context: HandlerContext,
  sent = 0,
) {
  const info = requestInfo(context, requests);
  const { responseData = [], responseDelayMs, error } = definition ?? {};
  for (const [index, data] of responseData.entries()) {
    if (index < sent) continue;
    await delay(responseDelayMs);
    yield { payload: index === 0 ? { data, requestInfo: info } : { data } };
  }
  if (error) throw toConnectError(error, responseData.length === 0 ? info : undefined);
}

function requestInfo(context: HandlerContext, requests: readonly Message[]): RequestInfo {
  const timeoutMs = context.timeoutMs();
  return create(RequestInfoSchema, {
    requestHeaders: Array.from(context.requestHeader, ([name, value]) => ({ name, value: [value] })),
    requests: requests.map((request) => anyPack(registry.getMessage(request.$typeName)!, request)),
    ...(timeoutMs !== undefined && { timeoutMs: BigInt(Math.max(0, timeoutMs)) }),
  });
}

function setHeaders(
  { responseHeader, responseTrailer }: HandlerContext,
  definition: { responseHeaders: Header[]; responseTrailers: Header[] } | undefined,
): void {
  const append = (headers: Headers, fields: readonly Header[] = []) => {
    for (const { name, value } of fields) for (const each of value) headers.append(name, each);
  };
  append(responseHeader, definition?.responseHeaders);
  append(responseTrailer, definition?.responseTrailers);
}

function toConnectError(
  { message = "", code, details }: ErrorDefinition,
  info: RequestInfo | undefined,
): ConnectError {
  const outgoing = details.map((detail) => {
    const value = anyUnpack(detail, registry);
    if (!value) throw new Error(`unknown type of detail: ${detail.typeUrl}`);
    return { desc: registry.getMessage(value.$typeName)!, value };
  });
  if (info) outgoing.push({ desc: RequestInfoSchema, value: info });
  // The suite's codes have an unspecified one besides.
  return new ConnectError(message, code as number as Code, undefined, outgoing);
}
