import { expect } from "chai";
import type { Database } from "../../src/db/database.js";
import { openDatabase } from "../../src/db/open-database.js";
import { DomainError } from "../../src/errors.js";
import { withTimeout } from "../../src/system/timeout.js";
import { type PostgresServer, startPostgres } from "../support/postgres-server.js";
import { rejection } from "../support/rejection.js";

const pid = { name: "pid", text: "SELECT pg_backend_pid() AS pid" };
const add = { name: "add", text: "INSERT INTO marks VALUES ($1)" };

describe("database when PostgreSQL fails", () => {
  let server: PostgresServer;
  let database: Database;

  before(async () => {
    server = await startPostgres();
    database = openDatabase({ url: server.url, poolSize: 5 });
    await database.sequelize.query("CREATE TABLE marks (mark text)");
  });
  after(async () => {
    await database.close();
    await server.stop();
  });

  const marks = async () => (await database.sequelize.query("SELECT mark FROM marks"))[0];
  const endOthers = () =>
    database.sequelize.query(
      "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename = 'waterbill'",
    );

  it("replaces idle connections that the server has closed", async () => {
    await Promise.all(Array.from({ length: 5 }, () => database.ping()));
    await endOthers();
    for (let round = 0; round < 20; round++) {
      const error = await database.ping().catch((thrown: unknown) => thrown);
      if (error) expect(error).to.have.property("reason", "OVERLOADED");
    }
    await Promise.all(Array.from({ length: 50 }, () => database.ping()));
  });

  it("rolls back a transaction whose connection is closed, and never reuses that connection", async () => {
    let lost = 0;
    const work = database.transaction(async (tx) => {
      await database.run(tx, add, ["lost"]);
      lost = (await database.run<{ pid: number }>(tx, pid, []))[0]?.pid ?? 0;
      await database.sequelize.query("SELECT pg_terminate_backend($1)", { bind: [lost] });
      await database.run(tx, pid, []);
    });
    expect(await rejection(work)).to.have.property("reason", "OVERLOADED");
    expect(await marks()).to.deep.equal([]);
    const pids = await Promise.all(
      Array.from({ length: 20 }, () => database.run<{ pid: number }>(null, pid, [])),
    );
    expect(pids.map(([row]) => row?.pid)).not.to.include(lost);
  });

  it("rejects when a commit does not reach the server", async () => {
    const work = database.transaction(async (tx) => {
      await database.run(tx, add, ["uncommitted"]);
      await database
        .run(tx, { name: "end-self", text: "SELECT pg_terminate_backend(pg_backend_pid())" }, [])
        .catch(() => {});
    });
    expect(await rejection(work)).to.have.property("reason", "OVERLOADED");
    expect(await marks()).to.deep.equal([]);
  });

  it("abandons a connection whose server process hangs", async () => {
    const hasty = openDatabase({ url: server.url, poolSize: 5, statementTimeoutMs: 1000 });
    const [row] = await hasty.run<{ pid: number }>(null, pid, []);
    const hung = row?.pid ?? 0;
    process.kill(hung, "SIGSTOP");
    try {
      // The pool lends the connection that was released last.
      expect(await rejection(hasty.ping())).to.have.property("reason", "OVERLOADED");
      const [other] = await hasty.run<{ pid: number }>(null, pid, []);
      expect(other?.pid).not.to.equal(hung);
    } finally {
      process.kill(hung, "SIGCONT");
      await hasty.close();
    }
  });

  it("rejects only with OVERLOADED during a restart under traffic, then recovers by itself", async () => {
    let running = true;
    const failures: unknown[] = [];
    const traffic = Array.from({ length: 20 }, async () => {
      while (running) {
        const calls = [
          database.run(null, pid, []),
          database.transaction((tx) => database.run(tx, pid, [])),
          marks(),
        ];
        for (const { reason } of (await Promise.allSettled(calls)).filter(
          (call) => call.status === "rejected",
        )) {
          failures.push(reason);
        }
        // Rejections are immediate, so give the event loop a turn.
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    await server.halt("SIGQUIT");
    await rejection(database.ping());
    await server.resume();
    const recovered = async () => {
      while ((await database.ping().catch(() => "down")) === "down");
    };
    await withTimeout(5000, recovered());
    running = false;
    await Promise.all(traffic);

    expect(failures).not.to.be.empty;
    for (const failure of failures) {
      expect(failure).to.be.instanceOf(DomainError);
      expect(failure).to.have.property("reason", "OVERLOADED");
    }
    await Promise.all(Array.from({ length: 50 }, () => database.run(null, pid, [])));
  });
});
