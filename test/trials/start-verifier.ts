import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { freePort, startProcess, stopProcess } from "../support/server-process.js";
import { type Example, folderOf } from "./example.js";
import { connectTo, readConfiguration, writeNginxConfiguration } from "./start-proxy.js";
import type { Trial } from "./trial.js";

/** Where verifiers find the keys of access tokens, and the claim `iss` of these. */
export interface Issuer {
  port: number;
  /** `http://127.0.0.1:<port>` */
  url: string;
}

/** A running example that verifies access tokens. */
export interface Verifier {
  /** Resolves with the status, and the user after 200. */
  ask(token: string): Promise<string>;
}

/** Runs a program that reads tokens, one a line, and prints a line for each. */
export function startProgram(
  trial: Trial,
  example: Example,
  [program = "", ...args]: readonly string[],
): Verifier {
  const child = spawn(program, args, { cwd: folderOf(example), stdio: ["pipe", "pipe", "inherit"] });
  trial.atEnd(() => stopProcess(child, "SIGTERM"));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(token) {
      child.stdin.write(`${token}\n`);
      const { value, done } = await lines.next();
      return done ? `${program} has ended` : value;
    },
  };
}

/** A server that only users may call, on a port of 127.0.0.1. */
function serverAt(port: number): Verifier {
  return {
    async ask(token) {
      // What a client says about itself counts for nothing.
      const forged = {
        "X-User-Id": "1",
        "X-Token-Payload": Buffer.from('{"user_id":1}').toString("base64url"),
      };
      const headers = { ...forged, Authorization: `Bearer ${token}` };
      const response = await fetch(`http://127.0.0.1:${port}/`, { headers });
      const body = await response.text();
      return response.ok ? `${response.status} ${body}` : String(response.status);
    },
  };
}

/** The part of an access token that the service behind a proxy reads. */
interface Payload {
  user_id: number;
  phone: string;
  full_name: string;
}

function describeUser({ headers }: IncomingMessage): string {
  const text = Buffer.from(String(headers["x-token-payload"]), "base64url").toString();
  const { user_id, phone, full_name } = JSON.parse(text) as Payload;
  const isNamed = headers["x-user-id"] === String(user_id);
  return isNamed ? `${user_id} ${phone} ${full_name}` : `x-user-id is ${headers["x-user-id"]}`;
}

/** A service behind a proxy that verifies tokens. Responds with the user whom the proxy names. Returns its port. */
async function startBackend(trial: Trial): Promise<number> {
  const server = createServer((request, response) => response.end(describeUser(request)));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  trial.atEnd(() => server.close());
  return (server.address() as AddressInfo).port;
}

async function startServer(
  trial: Trial,
  port: number,
  program: string,
  args: readonly string[],
): Promise<Verifier> {
  const options = { account: undefined, cwd: trial.folder, responds: () => connectTo(port) };
  const child = await startProcess(program, args, options);
  trial.atEnd(() => stopProcess(child, "SIGTERM"));
  return serverAt(port);
}

/** Runs the server of examples/verify/spring. */
export async function startSpring(
  trial: Trial,
  example: Example,
  issuer: Issuer,
  options: readonly string[] = [],
): Promise<Verifier> {
  const port = await freePort();
  const property = `--spring.security.oauth2.resourceserver.jwt.issuer-uri=${issuer.url}`;
  const jar = join(folderOf(example), "target/billing-1.jar");
  const listens = [`--server.port=${port}`, "--server.address=127.0.0.1"];
  return startServer(trial, port, "java", ["-jar", jar, property, ...listens, ...options]);
}

/** Runs Envoy with examples/verify/envoy. */
export async function startEnvoy(trial: Trial, example: Example, issuer: Issuer): Promise<Verifier> {
  const port = await freePort();
  const backend = await startBackend(trial);
  const text = readConfiguration(join(folderOf(example), "envoy.yaml"), {
    "http://localhost:8000": issuer.url,
    "port_value: 8000": `port_value: ${issuer.port}`,
    "port_value: 9000": `port_value: ${backend}`,
    "0.0.0.0, port_value: 8080": `127.0.0.1, port_value: ${port}`,
  });
  const file = join(trial.folder, "envoy.yaml");
  writeFileSync(file, text);
  return startServer(trial, port, "envoy", ["-c", file, "--use-dynamic-base-id", "-l", "warning"]);
}

/** Where Debian's package libnginx-mod-http-js puts nginx's JavaScript. */
export const NGINX_JS = "/usr/lib/nginx/modules/ngx_http_js_module.so";

/** Runs nginx with examples/verify/nginx. */
export async function startNginxJs(trial: Trial, example: Example, issuer: Issuer): Promise<Verifier> {
  const port = await freePort();
  const backend = await startBackend(trial);
  const site = readConfiguration(join(folderOf(example), "nginx.conf"), {
    "listen 8080": `listen 127.0.0.1:${port}`,
    "http://localhost:8000": issuer.url,
    "127.0.0.1:8000": `127.0.0.1:${issuer.port}`,
    "127.0.0.1:9000": `127.0.0.1:${backend}`,
    "from verify.js": `from ${join(folderOf(example), "verify.js")}`,
    "/var/cache/nginx": join(trial.folder, "cache"),
  });
  // nginx reads and writes there as another user.
  chmodSync(trial.folder, 0o755);
  mkdirSync(join(trial.folder, "cache"));
  return startServer(trial, port, "nginx", writeNginxConfiguration(trial.folder, site, [NGINX_JS]));
}
