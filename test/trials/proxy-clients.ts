import { request as httpsRequest } from "node:https";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { Transport } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import {
  type ClientWritableStream,
  credentials,
  type GrpcObject,
  loadPackageDefinition,
  Metadata,
  type ServiceClientConstructor,
  type ServiceError,
} from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import type { RunningProxy } from "./start-proxy.js";

/** One REST request over HTTP/1.1. */
export interface RestRequest {
  method?: string;
  token?: string;
  headers?: Record<string, string>;
  body?: Readable | string;
  /** The address of this machine that the request comes from. */
  from?: string;
}

export interface RestResponse {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  body: string;
}

/** A body in JSON, with its content type. */
export function json(body: object): Pick<RestRequest, "method" | "headers" | "body"> {
  return { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

export function callRest(
  { origin, ca }: RunningProxy,
  path: string,
  request: RestRequest = {},
): Promise<RestResponse> {
  return new Promise((resolve, reject) => {
    const outgoing = httpsRequest(new URL(path, origin), {
      ca,
      agent: false,
      // The certificate is for "localhost"; the connection is to an address that `from` can reach.
      host: "127.0.0.1",
      servername: "localhost",
      method: request.method ?? "GET",
      ...(request.from && { localAddress: request.from }),
      headers: { ...request.headers, ...(request.token && { Authorization: `Bearer ${request.token}` }) },
    });
    outgoing.once("error", reject);
    outgoing.once("response", (response) => {
      const { statusCode = 0, headers } = response;
      text(response).then((body) => resolve({ status: statusCode, headers, body }), reject);
    });
    if (request.body instanceof Readable) request.body.pipe(outgoing);
    else outgoing.end(request.body);
  });
}

/** The protocols of generated clients, by name. */
export function transports({ origin: baseUrl, ca }: RunningProxy): Record<string, Transport> {
  const nodeOptions = { ca };
  return {
    "Connect JSON over HTTP/1.1": createConnectTransport({
      baseUrl,
      httpVersion: "1.1",
      nodeOptions,
      useBinaryFormat: false,
    }),
    "Connect over HTTP/2": createConnectTransport({ baseUrl, httpVersion: "2", nodeOptions }),
    "gRPC-Web over HTTP/1.1": createGrpcWebTransport({ baseUrl, httpVersion: "1.1", nodeOptions }),
    "gRPC-Web over HTTP/2": createGrpcWebTransport({ baseUrl, httpVersion: "2", nodeOptions }),
    gRPC: createGrpcTransport({ baseUrl, nodeOptions }),
  };
}

const includeDirs = [fileURLToPath(new URL("../../proto", import.meta.url))];

function openGrpcJs({ origin, ca }: RunningProxy, file: string, service: string) {
  const definition = loadPackageDefinition(
    loadSync(`waterbill/identity/v1/${file}.proto`, { includeDirs, keepCase: true }),
  );
  const names = ["waterbill", "identity", "v1"];
  const services = names.reduce((object, name) => object[name] as GrpcObject, definition as GrpcObject);
  const Client = services[service] as ServiceClientConstructor;
  return new Client(new URL(origin).host, credentials.createSsl(ca));
}

/** Metadata of a call with an access token. */
export function bearer(token: string): Metadata {
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${token}`);
  return metadata;
}

/** Returns the number of the account that grpc-js gets for a token. Rejects with a ServiceError. */
export function getPhone(proxy: RunningProxy, metadata: Metadata): Promise<string> {
  const client = openGrpcJs(proxy, "profile_service", "ProfileService");
  const options = { deadline: Date.now() + 10_000 };
  return new Promise((resolve, reject) => {
    client.GetProfile!(
      {},
      metadata,
      options,
      (error: ServiceError | null, response?: { user: { phone: string } }) => {
        client.close();
        if (error) reject(error);
        else resolve(response!.user.phone);
      },
    );
  });
}

/** Imports `phones` with grpc-js, one message for each, and returns how many were added. */
export function importPhones(
  proxy: RunningProxy,
  metadata: Metadata,
  phones: readonly string[],
): Promise<number> {
  const client = openGrpcJs(proxy, "whitelist_service", "WhitelistService");
  return new Promise((resolve, reject) => {
    const call: ClientWritableStream<object> = client.ImportWhitelistEntries!(
      metadata,
      (error: ServiceError | null, response?: { added_count: number }) => {
        client.close();
        if (error) reject(error);
        else resolve(response!.added_count);
      },
    );
    for (const phone of phones) call.write({ entries: [{ phone }] });
    call.end();
  });
}
