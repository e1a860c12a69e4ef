import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { Client, credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { billingService } from "../../examples/billing/billing-service.js";
import { stopProcess } from "../support/server-process.js";
import type { Trial } from "./trial.js";

const program = fileURLToPath(new URL("../../examples/billing/server.ts", import.meta.url));
const TIMEOUT_MS = 20_000;

/** The server of examples/billing in a process of its own. */
export interface BillingServer {
  /** Resolves with the response, or the name of the status and its text, of a method. "": no token. */
  call(method: "ListMyBills" | "ListUnpaidBills", token: string): Promise<unknown>;
  /** Shuts the server down, and resolves with what it logged. */
  stop(): Promise<string>;
}

export async function startBilling(
  trial: Trial,
  environment: Record<string, string>,
): Promise<BillingServer> {
  const child = spawn(process.execPath, ["--import", "tsx", program], {
    env: { ...process.env, ...environment, ADDRESS: "127.0.0.1:0" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  trial.atEnd(() => stopProcess(child, "SIGKILL"));
  const log = text(child.stderr);
  const { value: line, done } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  if (done) throw new Error(await log);
  const port = /port (\d+)$/.exec(line)?.[1];
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  trial.atEnd(() => client.close());
  return {
    call(method, token) {
      const { path, requestSerialize, responseDeserialize } = billingService[method];
      const metadata = new Metadata();
      if (token) metadata.set("authorization", `Bearer ${token}`);
      const options = { deadline: Date.now() + TIMEOUT_MS };
      return new Promise((resolve) => {
        const done = (error: ServiceError | null, response?: unknown) =>
          resolve(error ? `${status[error.code]}: ${error.details}` : response);
        client.makeUnaryRequest(path, requestSerialize, responseDeserialize, {}, metadata, options, done);
      });
    },
    async stop() {
      await stopProcess(child, "SIGTERM");
      return log;
    },
  };
}
