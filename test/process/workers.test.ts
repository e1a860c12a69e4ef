import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import { connectRaw, getRequest } from "../http/raw-client.js";
import { type BuiltProgram, buildTemporaryProgram } from "../support/built-program.js";
import { useTestDatabase } from "../support/database.js";
import { useFixture } from "../support/fixture.js";
import { recordSecret } from "../support/log.js";
import { activationCode, CUSTOMER, login, post, registration, succeed } from "../support/rest-calls.js";
import { errorLines, type RunningService, runService } from "../support/running-service.js";
import { freePort } from "../support/server-process.js";
import { generousLimits } from "../support/service.js";
import { sharedEnvironment } from "../support/shared-environment.js";
import { startCallers } from "../support/steady-callers.js";
import { newPhone } from "../support/test-context.js";
import { until } from "../support/until.js";
import { isRunning, workersOf } from "../support/workers.js";

describe("two workers on one port", function () {
  this.timeout(120_000);
  const database = useTestDatabase();
  const person = { ...CUSTOMER, phone: newPhone() };

  let program: BuiltProgram;
  before(async () => {
    program = await buildTemporaryProgram();
  });
  after(() => program.remove());

  async function start(): Promise<RunningService> {
    const environment = {
      ...generousLimits,
      NODE_ENV: "test",
      WORKERS: "2",
      // With port 0 it would be another one when all workers have ended.
      PORT: String(await freePort()),
      ...sharedEnvironment(database),
      // Longer than a busy machine takes for the calls.
      LIMIT_ACTIVATE: "7/hour",
    };
    return runService(environment, undefined, program.start);
  }

  /** A running service with an account. */
  async function open(): Promise<RunningService> {
    const service = await start();
    await service.printed(/all workers serve/);
    const statement = {
      name: "test_allow",
      text: "INSERT INTO whitelist_entries (phone, added_at) VALUES ($1, now())",
    };
    await database.database.run(null, statement, [person.phone]);
    const { phone } = person;
    await succeed(service, "register", registration(phone));
    const code = await activationCode(service, phone);
    recordSecret(code);
    await succeed(service, "activate", { phone, code });
    return service;
  }

  const service = useFixture(open, (opened) => opened.kill());

  /** Opens `count` connections, to the workers in turn, and returns a function that sends a wrong login on each of them. */
  async function openConnections(count: number, { port }: RunningService) {
    const agent = new Agent({ keepAlive: true });
    const send = (path: string, method: string, body = "") =>
      new Promise<number | undefined>((resolve, reject) => {
        const headers = { "content-type": "application/json", "content-length": body.length };
        const sent = request({ agent, port, host: "127.0.0.1", path, method, headers }, (response) => {
          text(response).then(() => resolve(response.statusCode), reject);
        });
        sent.on("error", reject).end(body);
      });
    await Promise.all(Array.from({ length: count }, () => send("/ping/", "GET")));
    return () =>
      Array.from({ length: count }, () =>
        send("/api/auth/login/", "POST", JSON.stringify({ phone: newPhone(), password: "wrong" })),
      );
  }

  it("count limits together, whichever of them gets a call", async () => {
    const calls = Array.from({ length: 20 }, () =>
      post(service, "activate", { phone: newPhone(), code: "123456" }),
    );
    const statuses = (await Promise.all(calls)).map(({ status }) => status);
    // The account's own activation was the first of the seven calls.
    expect(statuses.filter((status) => status !== 429)).to.have.length(6);
    await service.printed(/"worker":1,"method":"[^"]*Activate"/);
    await service.printed(/"worker":2,"method":"[^"]*Activate"/);
  });

  it("are replaced one after the other at SIGHUP, and no call fails", async () => {
    const former = workersOf(service);
    const callers = startCallers(service, (await login(service, person)).access, 12);
    await until(() => callers.answered() > 100);
    process.kill(service.pid, "SIGHUP");
    await service.printed(/all workers are replaced/);
    const answered = callers.answered();
    await until(() => callers.answered() > answered + 100);
    await callers.stop();
    expect(callers.failures()).to.deep.equal([]);
    expect(workersOf(service)).to.have.length(2 * former.length);
    expect(former.filter(isRunning)).to.deep.equal([]);
  });

  it("replace one that is killed, and lose nothing that was answered", async () => {
    const { refresh } = await login(service, person);
    const former = workersOf(service);
    const next = await succeed(service, "token/refresh", { refresh });
    process.kill(former.at(-1)!, "SIGKILL");
    await until(() => workersOf(service).length > former.length);
    // Which worker answers depends on whose turn it is.
    for (const _ of [1, 2]) {
      expect((await succeed(service, "token/refresh", { refresh })).refresh).to.equal(next.refresh);
    }
    expect(errorLines(service.output())).to.have.length(1);
    expect(errorLines(service.output())[0]).to.include(`"exit":"SIGKILL","msg":"a worker has ended"`);
  });

  it("leave no client waiting whose connection a killed worker had not accepted", async () => {
    const all = workersOf(service);
    const former = all.filter(isRunning);
    for (const pid of former) process.kill(pid, "SIGSTOP");
    const clients = await Promise.all([1, 2, 3].map(() => connectRaw(service.port)));
    for (const client of clients) client.send(getRequest("/ping/"));
    // The supervisor gives the first two to the workers; the third waits for one that is free.
    await new Promise((resolve) => setTimeout(resolve, 100));
    for (const pid of former) process.kill(pid, "SIGKILL");
    await Promise.all(clients.map((client) => client.until("pong").catch(() => client.closed)));
    await until(() => workersOf(service).length === all.length + former.length);
  });

  it("finish the calls in flight when the service stops", async () => {
    const sendLogins = await openConnections(20, service);
    const logins = sendLogins();
    await Promise.race(logins);
    const stopped = service.stop();
    expect(await Promise.all(logins)).to.deep.equal(logins.map(() => 401));
    await stopped;
    expect(await service.exited).to.equal(0);
  });

  it("finish the calls in flight when the supervisor dies, and end", async () => {
    const other = await start();
    await other.printed(/all workers serve/);
    const sendLogins = await openConnections(20, other);
    const logins = sendLogins();
    await Promise.race(logins);
    await other.kill();
    expect(await Promise.all(logins)).to.deep.equal(logins.map(() => 401));
    await until(() => !workersOf(other).some(isRunning));
    expect(other.output()).to.include(`"reason":"supervisor ended"`);
  });
});
