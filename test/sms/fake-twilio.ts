import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** A request that the fake received. */
export interface TwilioRequest {
  method: string;
  path: string;
  authorization: string;
  headers: IncomingHttpHeaders;
  form: Record<string, string>;
}

export interface FakeTwilio {
  baseUrl: string;
  /** Every request so far; set its length to 0 to start again. */
  requests: TwilioRequest[];
  /** How the fake responds to the next requests. */
  respond: (response: ServerResponse, request: TwilioRequest) => void;
  close(): Promise<void>;
}

/** Imitates Twilio's REST API over plain HTTP on this machine. By default it accepts every message. */
export async function startFakeTwilio(): Promise<FakeTwilio> {
  const sockets = new Set<Socket>();
  async function respond(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(incoming);
    fake.requests.push(request);
    fake.respond(response, request);
  }
  const server = createServer((incoming, response) => void respond(incoming, response));
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  const fake: FakeTwilio = {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    respond: accepted,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return fake;
}

/** Twilio's response to a message that it queues. */
export function accepted(response: ServerResponse, request: TwilioRequest): void {
  json(response, 201, {
    sid: `SM${"0".repeat(32)}`,
    status: "queued",
    error_code: null,
    to: request.form.To,
  });
}

/** Twilio's response to a message that it refuses; like the real one, it quotes the number. */
export function refused(status: number, code: number): FakeTwilio["respond"] {
  return (response, request) => {
    const message = `Invalid 'To' Phone Number: ${request.form.To}`;
    json(response, status, {
      code,
      message,
      more_info: `https://www.twilio.com/docs/errors/${code}`,
      status,
    });
  };
}

export function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

async function readRequest(incoming: IncomingMessage): Promise<TwilioRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return {
    method: incoming.method ?? "",
    path: incoming.url ?? "",
    authorization: incoming.headers.authorization ?? "",
    headers: incoming.headers,
    form: Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString())),
  };
}
