import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  watch,
  writeFileSync,
} from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { expect } from "chai";
import pg from "pg";
import type { Database, Tx } from "../../../src/db/database.js";
import { findLockHolder } from "../../../src/db/embedded/directory-lock.js";
import { joinEmbeddedDatabase, openEmbeddedDatabase } from "../../../src/db/embedded/embedded-database.js";
import { createMutex } from "../../../src/db/embedded/mutex.js";
import { type Engine, serveSession } from "../../../src/db/embedded/session.js";
import { migrate } from "../../../src/db/migrate.js";
import { DomainError } from "../../../src/errors.js";
import { testLogger } from "../../support/log.js";
import { rejection } from "../../support/rejection.js";
import { startScript } from "../../support/script.js";

const add = { name: "add", text: "INSERT INTO items (name) VALUES ($1)" };
const count = { name: "count", text: "SELECT count(*)::int AS count FROM items" };

const folder = mkdtempSync(join(tmpdir(), "waterbill-embedded-"));
after(() => rmSync(folder, { recursive: true }));

describe("embedded database", function () {
  this.timeout(60_000);
  const options = {
    folder,
    poolSize: 10,
    onFailure: (error: Error) => {
      throw error;
    },
  };
  /** The server's database while it is open. Opening takes a second, so tests leave it open or closed. */
  let server: Database | undefined;

  /** The server's open database, without items. */
  async function opened(): Promise<Database> {
    server ??= await openEmbeddedDatabase(options);
    await server.sequelize.query("TRUNCATE items");
    return server;
  }

  async function closed(): Promise<void> {
    await server?.close();
    server = undefined;
  }

  async function counted(database: Database, tx: Tx | null = null): Promise<number> {
    return (await database.run<{ count: number }>(tx, count, []))[0]?.count ?? -1;
  }

  const firstStart = () => startScript("test/db/embedded/first-start.ts", [folder]);

  /** Kills a first start before it has all files. */
  async function killFirstStart(): Promise<void> {
    const killed = await firstStart();
    const watcher = watch(folder);
    const [unfinished, finished] = ["pg.new", "pg"].map((name) => join(folder, name)) as [string, string];
    while (!existsSync(unfinished) && !existsSync(finished)) await once(watcher, "change");
    watcher.close();
    await killed.kill("SIGKILL");
    // The same state, however far it came; on a busy machine it may have finished.
    rmSync(finished, { recursive: true, force: true });
    mkdirSync(unfinished, { recursive: true });
    writeFileSync(join(unfinished, "PG_VERSION"), "18\n");
  }

  let filesAfterKill: string[];
  /** What the first start that succeeded printed. */
  let memories: string | undefined;

  before(async () => {
    await killFirstStart();
    filesAfterKill = readdirSync(folder);
    const script = await firstStart();
    memories = await script.line();
    // The process has closed the files when it ends.
    expect(await script.line()).to.equal(undefined);
    server = await openEmbeddedDatabase(options);
    await server.sequelize.query("CREATE TABLE items (id serial, name text UNIQUE)");
  });
  after(closed);

  it("supports the same migrations and types as any PostgreSQL", async () => {
    const database = await opened();
    expect(await migrate(database, testLogger())).not.to.be.empty;
    const types = {
      name: "types",
      text: "SELECT $1::timestamptz AS at, $2::bytea AS bytes, gen_random_uuid()::text AS id",
    };
    const at = new Date("2026-03-01T12:00:00.123Z");
    const [row] = await database.run<{ id: string }>(null, types, [at, Buffer.from([0, 255])]);
    expect(row).to.deep.include({ at, bytes: Buffer.from([0, 255]) });
    expect(row?.id).to.have.length(36);
  });

  it("leaves no database behind that a killed first start has not finished", () => {
    expect(filesAfterKill).to.deep.equal(["pg.new"]);
    expect(readdirSync(folder)).to.include("pg").and.not.include("pg.new");
  });

  it("creates its files in a thread that ends, because the memory of WebAssembly is freed late", () => {
    expect(memories).to.equal("1");
  });

  it("has 8 MB of shared buffers, whatever its files ask for, as those of earlier versions do", async () => {
    const database = await opened();
    const text = "SELECT current_setting('shared_buffers') AS size";
    expect(await database.run(null, { name: "buffers", text }, [])).to.deep.equal([{ size: "8MB" }]);
    const settings = readFileSync(join(folder, "pg", "postgresql.conf"), "utf8");
    expect(settings).to.match(/^shared_buffers = 128MB/m);
  });

  it("is readable only by its owner", () => {
    expect(statSync(folder).mode & 0o077).to.equal(0);
  });

  it("runs 100 concurrent transactions one after another", async () => {
    const database = await opened();
    const transfer = async (index: number) =>
      database.transaction(async (tx) => {
        await database.run(tx, { name: "lock", text: "SELECT id FROM items FOR UPDATE" }, []);
        await database.run(tx, add, [String(await counted(database, tx))]);
        return index;
      });
    await Promise.all(Array.from({ length: 100 }, (_, index) => transfer(index)));
    expect(await counted(database)).to.equal(100);
  });

  it("rolls back a transaction that fails", async () => {
    const database = await opened();
    const failed = database.transaction(async (tx) => {
      await database.run(tx, add, ["a"]);
      await database.run(tx, add, ["a"]);
    });
    expect(await rejection(failed)).to.have.property("constraint", "items_name_key");
    expect(await counted(database)).to.equal(0);
  });

  it("is OVERLOADED for a statement outside the transaction that waits for it", async () => {
    const database = await opened();
    await database.transaction(async (tx) => {
      await database.run(tx, add, ["a"]);
      expect(await rejection(counted(database)))
        .to.be.instanceOf(DomainError)
        .with.property("reason", "OVERLOADED");
    });
    expect(await counted(database)).to.equal(1);
  });

  it("refuses a second server, naming the process and the folder", async () => {
    await opened();
    const { message } = (await rejection(openEmbeddedDatabase(options))) as Error;
    expect(message).to.include(folder).and.include(`process ${process.pid}`);
  });

  it("lets the command line work beside the server", async () => {
    const database = await opened();
    const beside = await joinEmbeddedDatabase(options);
    await beside.run(null, add, ["from the command line"]);
    await beside.close();
    expect(await counted(database)).to.equal(1);
  });

  it("keeps committed rows when it is closed and opened again", async () => {
    await (await opened()).run(null, add, ["kept"]);
    await closed();
    expect(readdirSync(folder)).to.deep.equal(["pg"]);
    server = await openEmbeddedDatabase(options);
    expect(await counted(server)).to.equal(1);
  });

  it("holds the folder as long as it serves a client", async () => {
    await opened();
    const beside = await joinEmbeddedDatabase(options);
    let isClosed = false;
    const closing = closed().then(() => {
      isClosed = true;
    });
    while (!isClosed) {
      const holder = await findLockHolder(folder);
      const isServed = await beside.ping().then(
        () => true,
        () => false,
      );
      if (isServed) expect(holder).not.to.equal(undefined);
    }
    await closing;
    await beside.close();
  });

  it("opens for several concurrent commands when no server runs", async () => {
    await closed();
    const commands = Array.from({ length: 3 }, async (_, index) => {
      const own = await joinEmbeddedDatabase(options);
      await own.run(null, add, [`command ${index}`]);
      await own.close();
    });
    await Promise.all(commands);
    server = await openEmbeddedDatabase(options);
    const [rows] = await server.sequelize.query(
      "SELECT name FROM items WHERE name LIKE 'command %' ORDER BY name",
    );
    expect(rows).to.deep.equal([0, 1, 2].map((index) => ({ name: `command ${index}` })));
  });

  it("reports when it has failed, and is OVERLOADED from then on", async () => {
    await closed();
    let tell: (error: Error) => void = () => {};
    const failure = new Promise<Error>((resolve) => {
      tell = resolve;
    });
    const broken = await openEmbeddedDatabase({ ...options, onFailure: (error) => tell(error) });
    // PGlite exits when it is told to read from its standard input.
    const statement = rejection(broken.sequelize.query("COPY items FROM STDIN"));
    expect((await failure).message).to.include(folder);
    expect(await statement).to.have.property("reason", "OVERLOADED");
    expect(await rejection(broken.ping())).to.have.property("reason", "OVERLOADED");
    await broken.close();
  });

  it("keeps every committed row when the server is killed, and opens again at once", async () => {
    await closed();
    let last = 0;
    const writer = await startScript("test/db/embedded/writer.ts", [folder]);
    for (let line = 0; line < 30; line++) last = Number(await writer.line());
    await writer.kill("SIGKILL");
    server = await openEmbeddedDatabase(options);
    const [rows] = await server.sequelize.query("SELECT mark FROM marks");
    const marks = new Set((rows as { mark: number }[]).map((row) => row.mark));
    expect(marks).to.include(last);
    expect(marks.size).to.be.at.least(30);
  });
});

/** For tests about a timeout. */
const SHORT_MS = 100;
/** For all others, however busy the machine is. */
const PATIENCE_MS = 60_000;

// Beside the tests above, because creating the data takes longer than all tests of sessions.
describe("session", () => {
  const socketFolder = mkdtempSync(join(tmpdir(), "waterbill-session-"));
  let pglite: PGlite;
  let server: Server;
  let engine: Engine;
  const patientMutex = createMutex(PATIENCE_MS);
  const clients: pg.Client[] = [];

  before(async () => {
    pglite = await PGlite.create(join(folder, "pg"));
    engine = {
      settings: { server_version: "18.0", client_encoding: "UTF8" },
      exec: (messages) => pglite.execProtocolRaw(messages),
      mutex: patientMutex,
      idleTimeoutMs: PATIENCE_MS,
    };
    server = createServer((socket) => void serveSession(socket, engine));
    // The name under which pg looks for the socket of port 5432.
    server.listen(join(socketFolder, ".s.PGSQL.5432"));
    await once(server, "listening");
    await pglite.exec("CREATE TABLE lines (name text)");
  });
  beforeEach(async () => {
    engine.mutex = patientMutex;
    engine.idleTimeoutMs = PATIENCE_MS;
    await pglite.exec("TRUNCATE lines");
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.end()));
  });
  after(async () => {
    server.close();
    await pglite.close();
    rmSync(socketFolder, { recursive: true });
  });

  async function client(): Promise<pg.Client> {
    const made = new pg.Client({
      host: socketFolder,
      port: 5432,
      user: "postgres",
      password: "",
      database: "postgres",
    });
    made.on("error", () => {});
    clients.push(made);
    await made.connect();
    return made;
  }

  async function names(via: pg.Client): Promise<string[]> {
    return (await via.query("SELECT name FROM lines ORDER BY name")).rows.map((row) => row.name);
  }

  it("runs simple and prepared statements and returns their errors", async () => {
    const one = await client();
    expect((await one.query("SELECT 1 AS a; SELECT 2 AS a")) as unknown).to.have.length(2);
    expect((await one.query("SELECT $1::int + 1 AS sum", [41])).rows).to.deep.equal([{ sum: 42 }]);
    expect(await rejection(one.query("SELECT 1 / $1", [0]))).to.have.property("code", "22012");
    expect(await rejection(one.query("SELEC"))).to.have.property("code", "42601");
    expect((await one.query("SELECT $1::text AS text", ["é"])).rows).to.deep.equal([{ text: "é" }]);
  });

  it("keeps interleaved statements of several clients apart", async () => {
    const several = await Promise.all([client(), client(), client()]);
    const responses = await Promise.all(
      several.map(async (one, index) => {
        const sums: number[] = [];
        for (let round = 0; round < 20; round++) {
          sums.push((await one.query("SELECT $1::int + $2::int AS sum", [100 * index, round])).rows[0].sum);
        }
        return sums;
      }),
    );
    const rounds = Array.from({ length: 20 }, (_, round) => round);
    expect(responses).to.deep.equal([0, 100, 200].map((start) => rounds.map((round) => start + round)));
  });

  it("makes other clients wait while a transaction is open", async () => {
    const [one, two] = [await client(), await client()];
    await one.query("BEGIN");
    await one.query("INSERT INTO lines VALUES ('a')");
    const seen = names(two);
    await one.query("INSERT INTO lines VALUES ('b')");
    await one.query("COMMIT");
    expect(await seen).to.deep.equal(["a", "b"]);
  });

  it("holds the mutex for a failed transaction until it is rolled back", async () => {
    const [one, two] = [await client(), await client()];
    await one.query("BEGIN");
    await rejection(one.query("SELECT * FROM nowhere"));
    const seen = names(two);
    expect(await rejection(one.query("SELECT 1"))).to.have.property("code", "25P02");
    await one.query("ROLLBACK");
    expect(await seen).to.deep.equal([]);
  });

  it("returns 55P03 to a client that waits too long, and serves it again afterwards", async () => {
    engine.mutex = createMutex(SHORT_MS);
    const [one, two] = [await client(), await client()];
    await one.query("BEGIN");
    expect(await rejection(two.query("SELECT $1::int", [1]))).to.have.property("code", "55P03");
    await one.query("COMMIT");
    expect(await names(two)).to.deep.equal([]);
  });

  it("rolls back the transaction of a client whose connection breaks", async () => {
    const [one, two] = [await client(), await client()];
    await one.query("BEGIN");
    await one.query("INSERT INTO lines VALUES ('lost')");
    const seen = names(two);
    (
      one as unknown as { connection: { stream: NodeJS.WritableStream & { destroy(): void } } }
    ).connection.stream.destroy();
    expect(await seen).to.deep.equal([]);
  });

  it("rolls back the transaction of a client that disconnects", async () => {
    const [one, two] = [await client(), await client()];
    await one.query("BEGIN");
    await one.query("INSERT INTO lines VALUES ('lost')");
    const seen = names(two);
    await one.end();
    expect(await seen).to.deep.equal([]);
  });

  it("disconnects a client that leaves its transaction idle", async () => {
    engine.idleTimeoutMs = SHORT_MS;
    const one = await client();
    const disconnected = once(one, "error");
    await one.query("BEGIN; INSERT INTO lines VALUES ('lost')");
    const [error] = await disconnected;
    expect(error).to.have.property("code", "25P03");
    expect(await names(await client())).to.deep.equal([]);
  });

  it("passes large statements and large results", async () => {
    const one = await client();
    const text = "x".repeat(3_000_000);
    await one.query("INSERT INTO lines VALUES ($1)", [text]);
    expect((await one.query("SELECT name || name AS twice FROM lines")).rows[0].twice).to.have.length(
      6_000_000,
    );
  });

  it("offers no encryption, and disconnects clients that speak another protocol", async () => {
    const socket = connect(join(socketFolder, ".s.PGSQL.5432"));
    socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]));
    expect(String((await once(socket, "data"))[0])).to.equal("N");
    socket.write("GET / HTTP/1.1\r\n\r\n".padEnd(2 ** 10));
    socket.end();
    await once(socket, "close");
  });
});
