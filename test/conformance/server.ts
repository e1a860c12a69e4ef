import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { ConnectError, type Interceptor } from "@connectrpc/connect";
import {
  ServerCompatRequestSchema,
  ServerCompatResponseSchema,
} from "#gen/connectrpc/conformance/v1/server_compat_pb.js";
import { ConformanceService } from "#gen/connectrpc/conformance/v1/service_pb.js";
import { DomainError } from "../../src/errors.js";
import { trustProxies } from "../../src/http/client-address.js";
import { createReadiness } from "../../src/http/readiness.js";
import { createRoutes } from "../../src/http/routes.js";
import { createServer } from "../../src/http/server.js";
import { toConnectError } from "../../src/rpc/interceptors/report-errors.js";
import { createMethodRegistry } from "../../src/rpc/method-registry.js";
import { createRpcHandler } from "../../src/rpc/rpc-handler.js";
import { createLogger } from "../../src/system/logger.js";
import { systemRandom } from "../../src/system/random.js";
import { conformanceService } from "./conformance-service.js";

// Serves the suite's service as the product serves its own. The suite starts this program, tells it on standard input
// what the server must support, and reads from standard output where it listens. It ends the program with SIGTERM.

/** Reads the first message, preceded by its length in four bytes. The suite keeps the input open. */
async function readMessage(): Promise<Buffer> {
  let input = Buffer.alloc(0);
  for await (const chunk of process.stdin) {
    input = Buffer.concat([input, chunk as Buffer]);
    const length = input.length < 4 ? Number.POSITIVE_INFINITY : input.readUInt32BE(0);
    if (input.length >= 4 + length) return input.subarray(4, 4 + length);
  }
  throw new Error("standard input ended early");
}

function writeMessage(message: Uint8Array): void {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(message.byteLength);
  process.stdout.write(Buffer.concat([length, message]));
}

/** The product's errors have details (contract.md, section 5), which the suite doesn't expect. */
const bareErrors: Interceptor = (next) => async (request) => {
  try {
    return await next(request);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const { rawMessage, code, metadata } = toConnectError(error, "en");
    throw new ConnectError(rawMessage, code, metadata);
  }
};

const { useTls } = fromBinary(ServerCompatRequestSchema, await readMessage());
if (useTls) throw new Error("the port doesn't serve TLS");

const logger = createLogger("error", { write: (line) => void process.stderr.write(line) });
const readiness = createReadiness({ database: { ping: async () => {} } });
const rpc = createRpcHandler(
  createMethodRegistry({
    interceptors: [],
    routes: (router) =>
      router.service(ConformanceService, conformanceService, { interceptors: [bareErrors] }),
  }),
);
const server = createServer({
  handler: createRoutes({
    rpc,
    rest: rpc,
    resources: new Map(),
    endpoints: new Map(),
    readiness,
    trustsProxy: trustProxies([]),
    random: systemRandom,
    logger,
  }),
  logger,
});
const { address: host, port } = await server.listen(0, "127.0.0.1");
process.once("SIGTERM", () => void server.close(1_000));
writeMessage(toBinary(ServerCompatResponseSchema, create(ServerCompatResponseSchema, { host, port })));
