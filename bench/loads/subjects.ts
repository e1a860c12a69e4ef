import type { Subject } from "../measure/slice.js";
import type { Program } from "../servers/program.js";
import { callFor } from "../traffic/callers.js";
import { connectGrpc, type GrpcClient } from "../traffic/grpc-client.js";
import { connectHttp1, type Http1Client } from "../traffic/http1-client.js";

/** Callers of a load, each of which waits for its response before it calls again. */
const CALLERS = 8;

/** Sends a request and resolves with the body of the response. Throws if it failed. */
export async function sendOk(client: Http1Client, request: Buffer): Promise<Buffer> {
  const { status, body } = await client.send(request);
  if (status !== 200) throw new Error(`a call failed with ${status}: ${body.subarray(0, 1000)}`);
  return body;
}

/** Returns the items one after the other, over and over. */
export function cycle<T>(items: readonly T[]): () => T {
  let next = -1;
  return () => {
    next = (next + 1) % items.length;
    return items[next]!;
  };
}

/** A subject with work that is done around its slices, and not measured. */
export function withWork(
  subject: Subject,
  { before, after }: { before?: () => Promise<void>; after?: () => Promise<void> },
): Subject {
  return {
    ...subject,
    async open() {
      await before?.();
      const session = await subject.open();
      return {
        ...session,
        async close() {
          await session.close();
          await after?.();
        },
      };
    },
  };
}

/** Calls over HTTP/1.1, from as many connections and addresses as there are callers. */
export function http1Subject(
  { pid, port, callers: usual = CALLERS, everyMs }: Program,
  call: (client: Http1Client) => Promise<unknown>,
  callers = usual,
): Subject {
  return {
    pid,
    async open() {
      const clients = await connectAll(port, callers);
      return {
        run: (durationMs) =>
          callFor(
            durationMs,
            clients.map((client) => () => call(client)),
            everyMs,
          ),
        close: () => closeAll(clients),
      };
    },
  };
}

/** Connects clients, each from an address of its own. */
export function connectAll(port: number, count: number): Promise<Http1Client[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => connectHttp1(port, index + 1)));
}

export async function closeAll(clients: readonly Http1Client[]): Promise<void> {
  for (const client of clients) client.close();
}

/** gRPC calls, side by side on one connection for every eight callers. */
export function grpcSubject(
  { pid, port, callers: count = CALLERS, everyMs }: Program,
  call: (client: GrpcClient) => Promise<unknown>,
): Subject {
  return {
    pid,
    async open() {
      const connections = Array.from({ length: count / CALLERS }, () => connectGrpc(port));
      const clients = await Promise.all(connections);
      const callers = clients.flatMap((client) => Array.from({ length: CALLERS }, () => () => call(client)));
      return {
        run: (durationMs) => callFor(durationMs, callers, everyMs),
        close: async () => {
          for (const client of clients) client.close();
        },
      };
    },
  };
}
