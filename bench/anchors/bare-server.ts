import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { availableParallelism } from "node:os";
import { createAuditKeys } from "../../src/audit/audit-keys.js";
import { createSealFirstActs } from "../../src/audit/first-acts.js";
import { createPasswordHasher, hashConcurrency } from "../../src/passwords/password-hash.js";
import { activateAccount } from "./bare-activate.js";
import { readProfile } from "./bare-profile.js";
import { refreshSession } from "./bare-refresh.js";
import { openLimits, openPool } from "./bare-stores.js";
import { createBareTokens } from "./bare-tokens.js";

// A bare node:http server that does what the service can't do without, and nothing else. Started with PORT, and the
// DATABASE_URL, REDIS_URL and secrets of a database of its own.

const env = (name: string) => process.env[name] ?? "";

const deps = {
  pool: openPool(env("DATABASE_URL")),
  limits: await openLimits(env("REDIS_URL"), env("REDIS_PREFIX")),
  tokens: createBareTokens(env("TOKEN_SECRET")),
  codeKey: Buffer.from(env("CODE_SECRET")),
  sealFirstActs: createSealFirstActs(createAuditKeys([env("AUDIT_SECRET")])),
};
const hasher = createPasswordHasher({
  concurrency: hashConcurrency(availableParallelism(), Number(env("UV_THREADPOOL_SIZE"))),
  queueLimit: 1000,
});

async function verifyPassword(body: string): Promise<object> {
  const { hash, password } = JSON.parse(body) as { hash: string; password: string };
  if (!(await hasher.verify(hash, password)).ok) throw new Error("the password is wrong");
  return {};
}

const routes: Record<string, (body: string, request: IncomingMessage) => Promise<object> | object> = {
  "POST /constant": () => ({ status: "SERVING" }),
  "GET /profile": (_, request) => readProfile(deps, request.headers.authorization ?? ""),
  "POST /refresh": (body) => refreshSession(deps, body),
  "POST /activate": (body) => activateAccount(deps, body),
  "POST /verify-password": verifyPassword,
};

function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let body = "";
    request.setEncoding("utf8").on("data", (chunk: string) => {
      body += chunk;
    });
    request.on("end", () => resolve(body)).on("error", reject);
  });
}

function send(response: ServerResponse, status: number, content: object): void {
  const body = Buffer.from(JSON.stringify(content));
  response.writeHead(status, { "content-type": "application/json", "content-length": body.length });
  response.end(body);
}

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const route = routes[`${request.method} ${request.url}`];
  const body = request.method === "GET" ? "" : await readBody(request);
  if (route) send(response, 200, { status: "success", data: await route(body, request) });
  else send(response, 404, {});
}

const server = createServer((request, response) => {
  respond(request, response).catch((error: unknown) => send(response, 500, { message: String(error) }));
});
server.listen(Number(env("PORT")), "127.0.0.1");
