import { once } from "node:events";
import { type ClientHttp2Session, connect } from "node:http2";
import autocannon from "autocannon";
import type { ServerUnderTest } from "./server-under-test.js";

/** One signed-in account of a server. */
export interface Account {
  phone: string;
  password: string;
  access: string;
}

/** The cost of a load. */
export interface Cost {
  /** CPU time of the server per call, in milliseconds. */
  cpuMs: number;
  /** Median latency of a call, in milliseconds. */
  p50Ms: number;
}

const json = { "content-type": "application/json" };

async function post(url: string, body: object): Promise<Record<string, never>> {
  const response = await fetch(url, { method: "POST", headers: json, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url} returned ${response.status}: ${await response.text()}`);
  return (await response.json()) as Record<string, never>;
}

/**
 * Registers and activates an account, signs it in and refreshes the session: an account has at most 20 sessions, and
 * the logins of a load end those first that were never refreshed.
 */
export async function signUp(server: ServerUnderTest, phone: string): Promise<Account> {
  const password = "Motdepasse123!";
  const person = { phone, first_name: "Ada", last_name: "Lovelace", password, password_confirm: password };
  await post(`${server.origin}/api/register/`, person);
  await post(`${server.origin}/api/activate/`, { phone, code: await server.codeFor(phone) });
  const { refresh } = await signIn(server, { phone, password });
  const { access = "" } = await post(`${server.origin}/api/token/refresh/`, { refresh });
  return { phone, password, access };
}

async function signIn(server: ServerUnderTest, { phone, password }: Pick<Account, "phone" | "password">) {
  const { data } = await post(`${server.origin}/api/login/`, { phone, password });
  return (data as unknown as { tokens: { access: string; refresh: string } }).tokens;
}

async function measure(server: ServerUnderTest, options: autocannon.Options): Promise<Cost> {
  const before = server.cpuSeconds();
  const result = await autocannon(options);
  const cpu = server.cpuSeconds() - before;
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${options.url}: ${result.non2xx} refusals, ${result.errors} errors`);
  }
  return { cpuMs: (cpu * 1000) / result["2xx"], p50Ms: result.latency.p50 };
}

/** A call of the health service, through the same protocols as any other call: the cost of a call that does nothing. */
export function emptyCall(server: ServerUnderTest): Promise<Cost> {
  const url = `${server.origin}/grpc.health.v1.Health/Check`;
  return measure(server, { url, method: "POST", headers: json, body: "{}", connections: 8, amount: 8000 });
}

export function profile(server: ServerUnderTest, { access }: Account): Promise<Cost> {
  const headers = { authorization: `Bearer ${access}` };
  return measure(server, { url: `${server.origin}/api/profile/`, headers, connections: 8, amount: 8000 });
}

/** Six sessions, each of which uses the token from its previous refresh. Three rounds fit into an account's 20 sessions. */
export async function refresh(server: ServerUnderTest, account: Account): Promise<Cost> {
  const tokens = await Promise.all(Array.from({ length: 6 }, () => signIn(server, account)));
  return measure(server, {
    url: `${server.origin}/api/token/refresh/`,
    method: "POST",
    headers: json,
    connections: tokens.length,
    amount: 4000,
    setupClient(client) {
      const next = (token: string) => client.setBody(JSON.stringify({ refresh: token }));
      next(tokens.pop()?.refresh ?? "");
      client.on("body", (body) => next((JSON.parse(String(body)) as { refresh: string }).refresh));
    },
  });
}

export function login(server: ServerUnderTest, { phone, password }: Account, amount = 100): Promise<Cost> {
  const body = JSON.stringify({ phone, password });
  const url = `${server.origin}/api/login/`;
  return measure(server, { url, method: "POST", headers: json, body, connections: 8, amount });
}

/** The cost of reading a profile while 32 clients sign in repeatedly. */
export async function profileAmongLogins(server: ServerUnderTest, account: Account): Promise<Cost> {
  const body = JSON.stringify({ phone: account.phone, password: account.password });
  const url = `${server.origin}/api/login/`;
  const logins = autocannon({ url, method: "POST", headers: json, body, connections: 32, duration: 6 });
  const headers = { authorization: `Bearer ${account.access}` };
  const cost = await measure(server, {
    url: `${server.origin}/api/profile/`,
    headers,
    connections: 1,
    duration: 4,
  });
  await logins;
  return cost;
}

/** GetProfile over gRPC, on one connection with eight calls at a time. */
export async function grpcProfile(server: ServerUnderTest, { access }: Account): Promise<Cost> {
  const connection = connect(server.origin);
  const latencies: number[] = [];
  const caller = async () => {
    while (latencies.length < 4000) {
      const start = performance.now();
      await grpcGetProfile(connection, access);
      latencies.push(performance.now() - start);
    }
  };
  const before = server.cpuSeconds();
  await Promise.all(Array.from({ length: 8 }, caller));
  const cpu = server.cpuSeconds() - before;
  connection.close();
  latencies.sort((a, b) => a - b);
  return {
    cpuMs: (cpu * 1000) / latencies.length,
    p50Ms: latencies[Math.floor(latencies.length / 2)] ?? Number.NaN,
  };
}

/** A frame with an empty message: no flags, length 0. */
const emptyFrame = Buffer.alloc(5);

async function grpcGetProfile(connection: ClientHttp2Session, access: string): Promise<void> {
  const stream = connection.request({
    ":method": "POST",
    ":path": "/waterbill.identity.v1.ProfileService/GetProfile",
    "content-type": "application/grpc",
    te: "trailers",
    authorization: `Bearer ${access}`,
  });
  let status: unknown;
  stream.on("trailers", (trailers) => {
    status = trailers["grpc-status"];
  });
  stream.resume().end(emptyFrame);
  await once(stream, "close");
  if (status !== "0") throw new Error(`GetProfile ended with grpc-status ${status}`);
}
