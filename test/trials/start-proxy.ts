import { readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort, startProcess, stopProcess } from "../support/server-process.js";
import { makeCertificate } from "./certificate.js";
import type { Trial } from "./trial.js";

/** A proxy that runs a configuration of `deploy/` in front of the service. */
export interface RunningProxy {
  /** `https://localhost:<port>` */
  origin: string;
  /** The certificate that clients must trust. */
  ca: Buffer;
}

const deploy = fileURLToPath(new URL("../../deploy/", import.meta.url));

/** Reads a file and makes the changes that its first comment asks for. Throws if one has no effect. */
export function readConfiguration(file: string, changes: Record<string, string>): string {
  let text = readFileSync(file, "utf8");
  for (const [from, to] of Object.entries(changes)) {
    if (!text.includes(from)) throw new Error(`${file} does not contain ${from}`);
    text = text.replaceAll(from, to);
  }
  return text;
}

/** Resolves once a port of 127.0.0.1 accepts connections. Rejects if it doesn't. */
export function connectTo(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.destroy();
      resolve();
    });
  });
}

async function startProxy(
  trial: Trial,
  configure: (port: number, certificate: string, key: string) => { program: string; args: string[] },
): Promise<RunningProxy> {
  const port = await freePort();
  const { certificate, key } = makeCertificate(trial.folder);
  const { program, args } = configure(port, certificate, key);
  const responds = () => connectTo(port);
  const child = await startProcess(program, args, { account: undefined, cwd: trial.folder, responds });
  trial.atEnd(() => stopProcess(child, "SIGTERM"));
  return { origin: `https://localhost:${port}`, ca: readFileSync(certificate) };
}

/** Runs nginx with `deploy/nginx.conf`, as an included file of a minimal main configuration. */
export function startNginx(trial: Trial, servicePort: number): Promise<RunningProxy> {
  return startProxy(trial, (port, certificate, key) => {
    const site = readConfiguration(join(deploy, "nginx.conf"), {
      "127.0.0.1:8000": `127.0.0.1:${servicePort}`,
      "listen 443 ": `listen 127.0.0.1:${port} `,
      "    listen [::]:443 ssl http2;\n": "",
      "identity.waterbill.app": "localhost",
      "/etc/ssl/waterbill/fullchain.pem": certificate,
      "/etc/ssl/waterbill/privkey.pem": key,
    });
    return { program: "nginx", args: writeNginxConfiguration(trial.folder, site) };
  });
}

/**
 * Writes a site's configuration into a folder, and a minimal main one that includes it. Returns the arguments with which
 * nginx runs them.
 */
export function writeNginxConfiguration(
  folder: string,
  site: string,
  modules: readonly string[] = [],
): string[] {
  writeFileSync(join(folder, "site.conf"), site);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${join(folder, name)};`,
  );
  const main = [
    ...modules.map((module) => `load_module ${module};`),
    "daemon off; worker_processes 1; error_log stderr;",
    `pid ${join(folder, "nginx.pid")};`,
    "events {}",
    `http { ${temporary.join(" ")} include site.conf; }`,
  ];
  writeFileSync(join(folder, "nginx.conf"), main.join("\n"));
  return ["-p", folder, "-c", join(folder, "nginx.conf")];
}

/** Runs Caddy with `deploy/Caddyfile`, and with a certificate of its own instead of one from a public authority. */
export function startCaddy(trial: Trial, servicePort: number): Promise<RunningProxy> {
  return startProxy(trial, (port, certificate, key) => {
    const file = join(trial.folder, "Caddyfile");
    const text = readConfiguration(join(deploy, "Caddyfile"), {
      "127.0.0.1:8000": `127.0.0.1:${servicePort}`,
      "auto_https disable_redirects": `auto_https disable_redirects\n\tadmin off\n\tstorage file_system ${trial.folder}`,
      "identity.waterbill.app {": `https://localhost:${port} {\n\ttls ${certificate} ${key}`,
    });
    writeFileSync(file, text);
    return { program: "caddy", args: ["run", "--config", file, "--adapter", "caddyfile"] };
  });
}
