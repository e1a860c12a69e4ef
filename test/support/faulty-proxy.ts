import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { useFixture } from "./fixture.js";

/** What goes wrong with a request. */
export type Fault =
  /** The connection ends before the request reaches the service. */
  | "no_connection"
  /** The service handles the request, and the connection ends before its response. */
  | "lost_response"
  /** The proxy responds itself. */
  | { status: number; headers: Record<string, string>; body: string };

/** An HTTP proxy before the service that does harm. */
export interface FaultyProxy {
  origin: string;
  /** The methods that were called, in their order, faulty ones included. Preflights of browsers pass, and are no calls. */
  calls: string[];
  faults: {
    /** The fault of the next call of a method, which `calls` has already. */
    of: (method: string) => Fault | undefined | Promise<Fault | undefined>;
    /** Header fields that responses of the service get. */
    headers: Record<string, string>;
  };
  close(): Promise<void>;
}

/** The error page of a proxy that does not reach the service. */
export const badGateway: Fault = {
  status: 502,
  headers: { "content-type": "text/html" },
  body: "<html><body><h1>502 Bad Gateway</h1></body></html>",
};

/** The page of a Wi-Fi network that wants its users to sign in. */
export const captivePortal: Fault = {
  status: 200,
  headers: { "content-type": "text/html" },
  body: "<html><body>Welcome! Accept our terms.</body></html>",
};

/** The fault of the first `count` calls of a method. */
export function firstCalls(
  count: number,
  method: string,
  fault: Fault,
): (called: string) => Fault | undefined {
  let left = count;
  return (called) => {
    if (called !== method || left === 0) return undefined;
    left -= 1;
    return fault;
  };
}

const HOP_BY_HOP = ["connection", "host", "keep-alive", "transfer-encoding", "content-length"];

async function startFaultyProxy(service: { origin: string }): Promise<FaultyProxy> {
  const calls: string[] = [];
  const faults: FaultyProxy["faults"] = { of: () => undefined, headers: {} };

  async function forward(request: IncomingMessage): Promise<Response> {
    const headers = new Headers(request.headers as Record<string, string>);
    for (const name of HOP_BY_HOP) headers.delete(name);
    const body = await buffer(request);
    return fetch(`${service.origin}${request.url}`, { method: request.method ?? "POST", headers, body });
  }

  async function faultOf(request: IncomingMessage): Promise<Fault | undefined> {
    if (request.method === "OPTIONS") return undefined;
    const method = request.url?.split("/").at(-1) ?? "";
    calls.push(method);
    return faults.of(method);
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const fault = await faultOf(request);
    if (fault === "no_connection") return void request.socket.destroy();
    if (typeof fault === "object")
      return void response.writeHead(fault.status, fault.headers).end(fault.body);
    const answer = await forward(request);
    const body = Buffer.from(await answer.arrayBuffer());
    if (fault === "lost_response") return void request.socket.destroy();
    const headers = new Headers(answer.headers);
    // `fetch` has decoded the body.
    for (const name of ["content-encoding", "content-length"]) headers.delete(name);
    response.writeHead(answer.status, { ...Object.fromEntries(headers), ...faults.headers }).end(body);
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => request.socket.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    faults,
    async close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A proxy for each test of the describe (or file) that calls this. */
export function useFaultyProxy(service: { origin: string }): FaultyProxy {
  return useFixture(
    () => startFaultyProxy(service),
    (proxy) => proxy.close(),
    "test",
  );
}
