import { EventEmitter, once } from "node:events";
import { appendFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { runServer } from "../../src/process/run-server.js";
import { createLogger } from "../../src/system/logger.js";
import type { LogSettings } from "../../src/system/open-log.js";
import { useTestDatabase } from "../support/database.js";
import { recordSecret, testLogFile } from "../support/log.js";
import { rejection } from "../support/rejection.js";

describe("server process", () => {
  const base = useTestDatabase({ migrated: false, scope: "test" });
  const folder = mkdtempSync(join(tmpdir(), "waterbill-server-"));
  after(() => rmSync(folder, { recursive: true }));

  /** A process for the server, which records what the server does to it. */
  function fakeProcess(variables: Record<string, string>) {
    const events = new EventEmitter();
    const log: Record<string, unknown>[] = [];
    const out: string[] = [];
    const errors: string[] = [];
    const exits: number[] = [];
    return {
      log,
      out,
      errors,
      exits,
      /** Resolves when the server has warmed up. */
      warm: once(events, "warm"),
      /** Sends a signal, and resolves when the log has the line `message`. */
      async signal(signal: NodeJS.Signals, message: string) {
        events.emit(signal, signal);
        while (!log.some(({ msg }) => msg === message)) await once(events, "log");
      },
      host: {
        environment: { HOST: "127.0.0.1", PORT: "0", DATABASE_URL: base.url, DATA_DIR: folder, ...variables },
        openLog: async ({ level }: LogSettings) =>
          createLogger(level, {
            write(line) {
              appendFileSync(testLogFile(), line);
              log.push(JSON.parse(line));
              events.emit("log");
            },
          }),
        print: (line: string) => void out.push(line),
        printError: (line: string) => void errors.push(line),
        onSignal: (signal: NodeJS.Signals, stop: (signal: NodeJS.Signals) => void) =>
          void events.on(signal, stop),
        onUncaught: (listener: (error: unknown) => void) => void events.on("uncaught", listener),
        exit: (code: number) => void exits.push(code),
        releaseMemory: async () => void events.emit("warm"),
      },
    };
  }

  it("migrates, prints the superuser's password once, serves, and stops on a signal", async () => {
    const first = fakeProcess({ NODE_ENV: "development" });
    await runServer(first.host);
    const [text = ""] = first.out;
    const [, password = ""] = /password {2}(\S+)/.exec(text) ?? [];
    recordSecret(password);
    const { port } = first.log.find(({ msg }) => msg === "serving") as { port: number };
    expect(text).to.include(`B=http://localhost:${port}/api/auth;`);
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).to.equal(200);

    await first.signal("SIGTERM", "stopped");
    await first.signal("SIGINT", "stopped");
    expect(first.log.filter(({ msg }) => msg === "stopping")).to.have.length(1);
    expect(first.exits).to.deep.equal([]);
    expect(first.errors).to.deep.equal([]);

    const second = fakeProcess({ NODE_ENV: "development" });
    await runServer(second.host);
    await second.warm;
    await second.signal("SIGINT", "stopped");
    expect(second.exits).to.deep.equal([]);
    expect(second.out).to.deep.equal([]);
  });

  it("serves on for SHUTDOWN_DELAY after it has reported that it is not ready, and stops then", async () => {
    const { host, log, signal, exits } = fakeProcess({ NODE_ENV: "development", SHUTDOWN_DELAY: "1" });
    await runServer(host);
    const { port } = log.find(({ msg }) => msg === "serving") as { port: number };
    const origin = `http://127.0.0.1:${port}`;
    const start = performance.now();
    const stopped = signal("SIGTERM", "stopped");

    expect((await fetch(`${origin}/readyz`)).status).to.equal(503);
    const health = await fetch(`${origin}/grpc.health.v1.Health/Check`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    expect(await health.json()).to.deep.equal({ status: "NOT_SERVING" });
    expect((await fetch(`${origin}/ping/`)).status).to.equal(200);
    await stopped;
    expect(performance.now() - start).to.be.at.least(990);
    expect(await rejection(fetch(`${origin}/ping/`))).to.be.an("error");
    expect(exits).to.deep.equal([]);
  });

  it("serves metrics on a port of their own until it has stopped", async () => {
    const { host, log, signal } = fakeProcess({ NODE_ENV: "development", METRICS_PORT: "0" });
    await runServer(host);
    const { port } = log.find(({ msg }) => msg === "serving metrics") as { port: number };
    const read = () => fetch(`http://127.0.0.1:${port}/metrics`);
    expect(await (await read()).text()).to.include("\nwaterbill_workers 1\n");
    await signal("SIGTERM", "stopped");
    expect(await rejection(read())).to.be.an("error");
  });

  it("exits with 1 and names all errors of the configuration, before it opens anything", async () => {
    const unopened = join(folder, "unopened");
    const { host, exits, errors, log } = fakeProcess({
      DATABASE_URL: "",
      DATA_DIR: unopened,
      PORT: "99999",
      TOKEN_SECRET: "short",
      TRUSTED_PROXIES: "nginx",
      TWILIO_ACCOUNT_SID: "AC123",
      TWILIO_AUTH_TOKEN_FILE: join(folder, "absent"),
    });
    await runServer(host);
    expect(exits).to.deep.equal([1]);
    expect(errors).to.deep.equal([
      [
        "The configuration is invalid:",
        "  TWILIO_AUTH_TOKEN_FILE: the file can't be read (ENOENT)",
        "  PORT: must be a whole number from 0 to 65535",
        "  TOKEN_SECRET: must have at least 32 characters, in each secret if there are several",
        "  TRUSTED_PROXIES: entry 1 must be an address or a range, like 10.0.0.0/8",
        "  TWILIO_FROM_NUMBER: is required for Twilio",
      ].join("\n"),
    ]);
    expect(log).to.deep.equal([]);
    expect(existsSync(unopened)).to.equal(false);
  });

  it("logs the warnings of the configuration once", async () => {
    const { host, log, signal } = fakeProcess({
      NODE_ENV: "test",
      TWILIO_ACCOUNT_SID: "AC123",
      TWILIO_AUTH_TOKEN: "token",
      TWILIO_FROM_NUMBER: "+15005550006",
    });
    await runServer(host);
    await signal("SIGTERM", "stopped");
    expect(log.filter(({ level }) => Number(level) >= 40).map(({ msg }) => msg)).to.deep.equal([
      "SMS_PROVIDER is not twilio: messages are printed instead of sent, and the TWILIO_ variables are not used",
    ]);
  });

  it("exits with 1 in production when migrations are missing, and says what to run", async () => {
    const { host, exits, errors } = fakeProcess({
      NODE_ENV: "production",
      REDIS_URL: "redis://127.0.0.1:1",
      TOKEN_SECRET: "2PnrtGJ4ZbLvQyOIRnV9hZbkGMsJ1wqTvQG8uC0xFeE=",
      CODE_SECRET: "9f86d081884c7d659a2feaa0c55ad015",
      KEY_ENCRYPTION_SECRET: "q3Rk0bVt7yLm2Xc9WnZs5HdJfGpA8uEe",
      ALLOW_CONSOLE_SMS: "true",
    });
    await runServer(host);
    expect(exits).to.deep.equal([1]);
    expect(errors[0]).to.match(
      /^The database is missing migrations \(0001-identity.*\): run `npm run migrate`, or `node dist\/cli\.js migrate` in an image, first\.$/,
    );
  });

  it("exits with 1 and one sentence when the port is in use", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as { port: number };
    const { host, exits, errors } = fakeProcess({ NODE_ENV: "test", PORT: String(port) });
    await runServer(host);
    taken.close();
    expect(exits).to.deep.equal([1]);
    expect(errors).to.deep.equal(["Cannot open the port (EADDRINUSE): choose another PORT or HOST."]);
  });

  it("exits with 1 and a stack trace on an unexpected error", async () => {
    const url = new URL(base.url);
    url.searchParams.set("options", "-c search_path=nowhere");
    const { host, exits, errors } = fakeProcess({ NODE_ENV: "test", DATABASE_URL: url.href });
    await runServer(host);
    expect(exits).to.deep.equal([1]);
    expect(errors[0])
      .to.match(/^QueryError \(3F000\): /)
      .and.match(/^ {4}at /m);
  });
});
