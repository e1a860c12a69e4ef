// Exits with 0 if the server in this container is ready, else with 1. The image has no curl. Another path is an argument:
// /healthz tells only whether the process responds.
import { get as getClear } from "node:http";
import { get as getSecure } from "node:https";

/** Ends before the time-out in the Dockerfile, so that the reason is recorded. */
const TIMEOUT_MS = 4000;

const { HOST, PORT, TLS_CERT_FILE } = process.env;
const get = TLS_CERT_FILE ? getSecure : getClear;

function fail(reason) {
  console.error(reason);
  process.exit(1);
}

get({
  // On Linux, that of every interface leads to this machine.
  host: HOST || "0.0.0.0",
  port: PORT || 8000,
  path: process.argv[2] ?? "/readyz",
  agent: false,
  // The certificate is for another name, and nobody is between this process and the server.
  rejectUnauthorized: false,
  signal: AbortSignal.timeout(TIMEOUT_MS),
})
  .on("response", ({ statusCode }) => {
    if (statusCode !== 200) fail(`status ${statusCode}`);
    process.exit(0);
  })
  .on("error", ({ code, message }) => fail(code ?? message));
