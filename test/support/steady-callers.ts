import { Agent as ClearAgent, get as getClear } from "node:http";
import { type ClientHttp2Session, connect } from "node:http2";
import { Agent, get } from "node:https";
import { text } from "node:stream/consumers";
import { Client, credentials, Metadata } from "@grpc/grpc-js";
import { getHttp2 } from "../http/http2-client.js";

/** A service on 127.0.0.1. */
export interface Target {
  port: number;
  /** The certificate of the port; absent: it is in clear text. */
  ca?: Buffer;
}

/** Clients of HTTP/1.1, HTTP/2 and gRPC that read a profile, each again as soon as it has the answer. */
export interface SteadyCallers {
  /** Calls that were answered with the profile. */
  answered(): number;
  /** What happened to all others. */
  failures(): readonly string[];
  /** Lets each client wait for its last answer. */
  stop(): Promise<void>;
}

/** Reads a profile once. Rejects unless the answer is a success. */
type ReadProfile = () => Promise<unknown>;

interface Clients {
  read: ReadProfile;
  close(): void;
}

const PATH = "/api/auth/profile/";
const RPC = "/waterbill.identity.v1.ProfileService/GetProfile";
/** Callers that share a connection of HTTP/2. */
const STREAMS = 10;
/** A call without an answer after so long (ms) has failed. */
const TIMEOUT_MS = 20_000;

function expectSuccess(status: number | undefined): void {
  if (status !== 200) throw new Error(`status ${status}`);
}

function http1Client({ port, ca }: Target, authorization: string): Clients {
  const agent = ca ? new Agent({ keepAlive: true }) : new ClearAgent({ keepAlive: true });
  const options = {
    port,
    host: "localhost",
    path: PATH,
    headers: { authorization },
    agent,
    timeout: TIMEOUT_MS,
  };
  return {
    read: () =>
      new Promise((resolve, reject) => {
        const request = ca ? get({ ...options, ca }) : getClear(options);
        request.on("response", (response) => {
          text(response)
            .then(() => expectSuccess(response.statusCode))
            .then(resolve, reject);
        });
        request.on("timeout", () => request.destroy(new Error("no answer")));
        request.on("error", reject);
      }),
    close: () => agent.destroy(),
  };
}

/** The reset of a stream that the server has not processed (RFC 9113, section 8.7). */
const isUnprocessed = (error: unknown) =>
  error instanceof Error && error.message.includes("NGHTTP2_REFUSED_STREAM");

/** Opens another connection when the server ends one, and sends there what the server says that it has not processed. */
function http2Client({ port, ca }: Target, authorization: string): Clients {
  let session: ClientHttp2Session | null = null;
  function open(): ClientHttp2Session {
    const opened = ca ? connect(`https://localhost:${port}`, { ca }) : connect(`http://localhost:${port}`);
    return opened.on("error", () => {});
  }
  async function read(): Promise<void> {
    if (!session || session.closed || session.destroyed) session = open();
    try {
      expectSuccess((await getHttp2(session, PATH, { authorization })).status);
    } catch (error) {
      if (!isUnprocessed(error)) throw error;
      await read();
    }
  }
  return {
    read,
    close: () => session?.destroy(),
  };
}

function grpcClient({ port, ca }: Target, authorization: string): Clients {
  const client = new Client(
    `localhost:${port}`,
    ca ? credentials.createSsl(ca) : credentials.createInsecure(),
    // Clients to the same address would share a connection.
    { "grpc.use_local_subchannel_pool": 1 },
  );
  const metadata = new Metadata();
  metadata.set("authorization", authorization);
  const asIs = (bytes: Buffer) => bytes;
  return {
    read: () =>
      new Promise((resolve, reject) => {
        const deadline = Date.now() + TIMEOUT_MS;
        client.makeUnaryRequest(RPC, asIs, asIs, Buffer.alloc(0), metadata, { deadline }, (error) =>
          error ? reject(error) : resolve(null),
        );
      }),
    close: () => client.close(),
  };
}

/** Starts `count` callers with an access token, as many of each protocol. */
export function startCallers(target: Target, access: string, count: number): SteadyCallers {
  const authorization = `Bearer ${access}`;
  const perProtocol = Math.ceil(count / 3);
  const repeat = <T>(times: number, make: () => T) => Array.from({ length: times }, make);
  const connections = Math.ceil(perProtocol / STREAMS);
  const http1 = http1Client(target, authorization);
  const protocols = {
    "HTTP/1.1": [http1],
    "HTTP/2": repeat(connections, () => http2Client(target, authorization)),
    gRPC: repeat(connections, () => grpcClient(target, authorization)),
  };
  let answered = 0;
  let isOver = false;
  const failures: string[] = [];

  async function callOnAndOn(name: string, { read }: Clients): Promise<void> {
    while (!isOver) {
      await read().then(
        () => {
          answered += 1;
        },
        (error: unknown) => failures.push(`${name}: ${error}`),
      );
    }
  }

  const running = Object.entries(protocols).flatMap(([name, clients]) =>
    Array.from({ length: perProtocol }, (_, index) => callOnAndOn(name, clients[index % clients.length]!)),
  );
  return {
    answered: () => answered,
    failures: () => failures,
    async stop() {
      isOver = true;
      await Promise.all(running);
      for (const { close } of Object.values(protocols).flat()) close();
    },
  };
}
