import { readdirSync, readFileSync } from "node:fs";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import type { Server as TcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { expect } from "chai";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { WhitelistService } from "#gen/waterbill/identity/v1/whitelist_service_pb.js";
import { type App, createApp } from "../../src/app.js";
import { DomainError, ERROR_TABLE } from "../../src/errors.js";
import { trustProxies } from "../../src/http/client-address.js";
import { createReadiness } from "../../src/http/readiness.js";
import { RequestError } from "../../src/http/request-error.js";
import { createRoutes } from "../../src/http/routes.js";
import { createServer } from "../../src/http/server.js";
import { openTls } from "../../src/http/tls.js";
import { createInfrastructure } from "../../src/infrastructure.js";
import { openMetrics } from "../../src/process/open-metrics.js";
import { runSupervisor } from "../../src/process/run-supervisor.js";
import { exitOnError } from "../../src/process/server-process.js";
import { stopOnRequest } from "../../src/process/stop-on-request.js";
import { createSupervisor } from "../../src/process/supervisor.js";
import { createMethodRegistry } from "../../src/rpc/method-registry.js";
import { createRpcHandler } from "../../src/rpc/rpc-handler.js";
import { createKeyFollower } from "../../src/signing-keys/follow-keys.js";
import { systemClock } from "../../src/system/clock.js";
import { createLogger } from "../../src/system/logger.js";
import { systemRandom } from "../../src/system/random.js";
import { post as postForm } from "../oauth/oauth-client.js";
import { obedientWorker } from "../process/fake-worker.js";
import { testInterceptors } from "../rpc/fake-services.js";
import { expectNoSecret, type HostileError, hostileErrors, SECRETS } from "../support/hostile-errors.js";
import { rejection } from "../support/rejection.js";
import { serve } from "../support/serve.js";
import { freePort } from "../support/server-process.js";
import { generousLimits } from "../support/service.js";
import { useTestContext } from "../support/test-context.js";

/** The files of `src` that log errors. A test here logs through each of them. */
const LOGGING_FILES = [
  "app.ts",
  "http/routes.ts",
  "http/server.ts",
  "http/tls.ts",
  "infrastructure.ts",
  "oauth/oauth-handler.ts",
  "process/open-metrics.ts",
  "process/run-supervisor.ts",
  "process/server-process.ts",
  "process/stop-on-request.ts",
  "process/supervisor.ts",
  "rpc/interceptors/log-calls.ts",
  "signing-keys/follow-keys.ts",
];

const PASSWORD_BODY = `{"phone":"+237670000001","password":Motdepasse123!}`;

describe("errors in the log", () => {
  const lines: string[] = [];
  const logger = createLogger("debug", { write: (line) => lines.push(line) });
  const context = useTestContext({ environment: { HOST: "127.0.0.1", PORT: "0", ...generousLimits } });
  let app: App;
  let origin: string;
  let lookForJobs: () => void;
  /** The error of every statement. */
  let failure: unknown;

  before(async () => {
    const fail = () => Promise.reject(failure);
    const models = { ...context.infrastructure.database.models };
    models.codes = new Proxy(models.codes, { get: () => fail });
    const database = {
      ...context.infrastructure.database,
      models,
      run: fail,
      transaction: fail,
      close: async () => {},
    };
    const startTimer = globalThis.setInterval;
    globalThis.setInterval = ((work: () => void, ms: number) => {
      if (ms === 600_000) lookForJobs = work;
      return startTimer(work, ms);
    }) as typeof setInterval;
    app = createApp(context.config, { ...context.infrastructure, database }, logger);
    globalThis.setInterval = startTimer;
    origin = `http://127.0.0.1:${(await app.listen()).port}`;
  });
  after(() => app.close());
  beforeEach(() => {
    lines.length = 0;
  });

  /** Logs each error through `log` and checks the line. */
  async function logEach(
    log: (error: unknown) => unknown,
    isLogged: (error: unknown) => boolean = () => true,
  ): Promise<void> {
    for (const hostile of hostileErrors()) {
      lines.length = 0;
      await log(hostile.error);
      expect(lines, hostile.type).to.have.length(1);
      expectLine(lines[0]!, hostile, isLogged(hostile.error));
    }
  }

  function expectLine(line: string, { error, type, code }: HostileError, isLogged: boolean): void {
    expectNoSecret(line, type);
    const { err } = JSON.parse(line);
    if (!isLogged) {
      expect(err, type).to.equal(undefined);
      return;
    }
    expect(err, type).to.include({ type, ...(code !== undefined && { code }) });
    if (error instanceof Error) expect(err.stack, type).to.include("test/support/hostile-errors.ts:");
  }

  /** Refusals are not server errors: the line has only their reason. */
  const isOurs = (error: unknown) =>
    !(error instanceof DomainError) || ERROR_TABLE[error.reason].status >= 500;

  async function failCall(path: string, error: unknown): Promise<void> {
    failure = error;
    const body = '{"phone":"+237670000001","password":"Motdepasse123!"}';
    const response = await fetch(`${origin}${path}`, {
      method: "POST",
      body,
      headers: { "content-type": "application/json" },
    });
    const text = await response.text();
    expect(response.status, text).to.be.at.least(400);
    // The message of a DomainError is for the caller.
    if (!(error instanceof DomainError)) expectNoSecret(text, `response of ${path}`);
  }

  it("hold no secret of a call over REST", () => {
    return logEach((error) => failCall("/api/auth/login/", error), isOurs);
  });

  it("hold no secret of a call over Connect", () => {
    return logEach((error) => failCall("/waterbill.identity.v1.AuthService/Login", error), isOurs);
  });

  it("hold no secret of a call over gRPC", () => {
    const client = createClient(AuthService, createGrpcTransport({ baseUrl: origin }));
    const call = { phone: "+237670000001", password: "Motdepasse123!" };
    return logEach((error) => {
      failure = error;
      return client.login(call).catch(() => undefined);
    }, isOurs);
  });

  it("hold no secret of a request to OAuth's endpoints", () => {
    // The line of a refusal has only its code.
    const isFailure = (error: unknown) => !(error instanceof RequestError);
    return logEach(async (error) => {
      failure = error;
      const credentials = { name: "billing", secret: "Motdepasse123!" };
      const { status } = await postForm(`${origin}/oauth2/token`, {}, credentials);
      expect(status).to.be.at.least(400);
    }, isFailure);
  });

  it("hold no value of a statement, only the code that PostgreSQL returned", async () => {
    const { database } = context.infrastructure;
    const statement = { name: "test_uuid", text: "SELECT $1::uuid" };
    const inlined = { replacements: { value: SECRETS } };
    for (const query of [
      database.run(null, statement, [SECRETS]),
      database.sequelize.query("SELECT :value::uuid", inlined),
    ]) {
      lines.length = 0;
      logger.error({ err: await rejection(query) }, "failed");
      expectNoSecret(lines[0]!, "PostgreSQL");
      const { err } = JSON.parse(lines[0]!);
      expect(err).to.include({ type: "QueryError", code: "22P02" });
      expect(err.message).to.match(/^DatabaseError 22P02, routine \w+/);
      expect(err.stack).to.include("src/db/connections.ts:");
    }
  });

  it("hold no secret of a body that can't be parsed", async () => {
    for (const path of ["/api/auth/login/", "/waterbill.identity.v1.AuthService/Login"]) {
      const headers = { "content-type": "application/json" };
      await fetch(`${origin}${path}`, { method: "POST", body: PASSWORD_BODY, headers });
    }
    expect(lines).to.have.length(2);
    expectNoSecret(lines.join(""), "body");
  });

  it("hold no secret of a stream", async () => {
    const calls = createMethodRegistry({
      interceptors: testInterceptors(lines),
      routes: (router) =>
        router.service(WhitelistService, {
          // biome-ignore lint/correctness/useYield: it fails before its first message.
          async *exportWhitelistEntries() {
            throw failure;
          },
        }),
    });
    const server = await serve(createRpcHandler(calls));
    const client = createClient(WhitelistService, createGrpcTransport({ baseUrl: server.url }));
    const headers = { authorization: "Bearer admin" };
    try {
      await logEach(async (error) => {
        failure = error;
        await client
          .exportWhitelistEntries({}, { headers })
          [Symbol.asyncIterator]()
          .next()
          .catch(() => undefined);
      }, isOurs);
    } finally {
      await server.close();
    }
  });

  it("hold no secret of a handler, nor of a connection that can't be accepted", async () => {
    const readiness = createReadiness({ database: { ping: async () => {} } });
    let tcp: TcpServer | undefined;
    const handler = createRoutes({
      rpc: { accepts: () => false, handle: () => Promise.reject(failure), refuse: () => {} },
      rest: {
        handle(request) {
          tcp = (request.socket as unknown as { _server: TcpServer })._server;
          return Promise.reject(failure);
        },
        refuse: () => {},
      },
      resources: new Map(),
      endpoints: new Map(),
      readiness,
      trustsProxy: trustProxies([]),
      random: systemRandom,
      logger,
    });
    const server = createServer({ handler, logger });
    const { port } = await server.listen(0, "127.0.0.1");
    try {
      await logEach(async (error) => {
        failure = error;
        expect((await fetch(`http://127.0.0.1:${port}/`)).status).to.equal(500);
      });
      await logEach((error) => tcp?.emit("error", error));
    } finally {
      await server.close(0);
    }
  });

  it("hold no path of a certificate that can't be read again", async () => {
    const folder = await mkdtemp(join(tmpdir(), "waterbill-5f0c1e9a-"));
    const files = { certFile: join(folder, "cert.pem"), keyFile: join(folder, "key.pem") };
    await copyFile("test/support/tls/one.cert.pem", files.certFile);
    await copyFile("test/support/tls/one.key.pem", files.keyFile);
    const tls = await openTls(files, logger);
    await rm(folder, { recursive: true });
    await tls.reload();
    tls.close();
    expect(JSON.parse(lines[0]!).err).to.include({ type: "Error", code: "ENOENT" });
    expectNoSecret(lines.join(""), "certificate");
  });

  it("hold no secret of a job in the background", async () => {
    const { background } = await createInfrastructure(
      { ...context.config, tokenSecrets: ["t".repeat(43)], codeSecrets: ["c".repeat(43)] },
      context.infrastructure.database,
      { logger, print: () => {} },
    );
    await logEach(async (error) => {
      background.run(() => Promise.reject(error));
      await background.drain();
    }, isOurs);
  });

  it("hold no secret of a job", () => {
    return logEach(async (error) => {
      failure = error;
      lookForJobs();
      await new Promise(setImmediate);
      // Each job has a line.
      expect(lines.map((line) => JSON.parse(line).job)).to.deep.equal([
        "delete_expired",
        "move_unproved",
        "erase_leaving",
        "forget_actors",
      ]);
      lines.splice(1);
    });
  });

  it("hold no secret of a read of the signing keys", () => {
    const { infrastructure } = context;
    const follow = async (error: unknown) => {
      const signingKeys = { ...infrastructure.signingKeys, read: () => Promise.reject(error) };
      const follower = createKeyFollower({ ...infrastructure, signingKeys, logger, keyRules: null });
      const startTimer = globalThis.setTimeout;
      let run = () => {};
      globalThis.setTimeout = ((work: () => void, ms: number) => {
        run = work;
        return startTimer(() => {}, ms);
      }) as typeof setTimeout;
      follower.start();
      globalThis.setTimeout = startTimer;
      run();
      await follower.stop();
    };
    return logEach(follow);
  });

  it("hold no secret of an error that ends the process", async () => {
    const exits: number[] = [];
    const host = { exit: (code: number) => void exits.push(code) };
    await logEach(exitOnError(host, logger, "uncaught error"));
    expect(exits).to.deep.equal(hostileErrors().map(() => 1));
  });

  it("hold no secret of a stop that fails", () => {
    return logEach(async (error) => {
      let stop: (signal: NodeJS.Signals) => void = () => {};
      const host = {
        exit: () => {},
        onSignal: (_: NodeJS.Signals, listener: typeof stop) => {
          stop = listener;
        },
      };
      stopOnRequest(host, { stop: () => Promise.reject(error), retire: async () => {} }, logger);
      stop("SIGTERM");
      await new Promise(setImmediate);
      // The line before says that the process is stopping.
      lines.shift();
    });
  });

  it("hold no secret of a configuration that a supervisor can't read again", () => {
    const variables = {
      WORKERS: "1",
      DATABASE_URL: "postgres://localhost/waterbill",
      REDIS_URL: "redis://localhost",
    };
    return logEach(async (error) => {
      let read = () => variables;
      const listeners = new Map<string, () => void>();
      await runSupervisor({
        ...{ printError: () => {}, onUncaught: () => {}, exit: () => {} },
        fork: () => obedientWorker(1),
        readEnvironment: () => read(),
        openLog: async () => logger,
        onSignal: (signal, listener) => void listeners.set(signal, () => listener(signal)),
      });
      lines.length = 0;
      read = () => {
        throw error;
      };
      listeners.get("SIGHUP")?.();
      await new Promise(setImmediate);
    });
  });

  it("hold no secret of metrics that can't be read", async () => {
    const address = { host: "127.0.0.1", port: await freePort() };
    const { metrics, end } = await openMetrics({ metrics: address }, {}, logger);
    const gauges = {
      connections: () => ({ used: 0, idle: 0, waiting: 0, max: 0 }),
      limitsInMemory: () => false,
    };
    let fault: unknown;
    metrics.watch({
      ...{ ...gauges, smsBudgetUse: async () => ({}) },
      hashes() {
        throw fault;
      },
    });
    await logEach(async (error) => {
      fault = error;
      await (await fetch(`http://127.0.0.1:${address.port}/metrics`)).text();
    });
    await end();
  });

  it("hold no secret of a worker that can't be forked", () => {
    const never = new Promise<void>(() => {});
    return logEach((error) => {
      const fork = () => {
        throw error;
      };
      return createSupervisor({ fork, wait: () => never, clock: systemClock, logger }).start(1);
    });
  });

  it("come from no other file", () => {
    const src = fileURLToPath(new URL("../../src/", import.meta.url));
    const logging = readdirSync(src, { recursive: true, encoding: "utf8" })
      .filter(
        (file) =>
          file.endsWith(".ts") && /\blogger\.\w+\([^;]*\berr\b/.test(readFileSync(src + file, "utf8")),
      )
      .sort();
    expect(logging).to.deep.equal(LOGGING_FILES);
  });
});
