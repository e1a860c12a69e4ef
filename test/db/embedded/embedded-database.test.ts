import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { Database, Tx } from "../../../src/db/database.js";
import { findLockHolder } from "../../../src/db/embedded/directory-lock.js";
import { joinEmbeddedDatabase, openEmbeddedDatabase } from "../../../src/db/embedded/embedded-database.js";
import { migrate } from "../../../src/db/migrate.js";
import { DomainError } from "../../../src/errors.js";
import { testLogger } from "../../support/log.js";
import { rejection } from "../../support/rejection.js";
import { startScript } from "../../support/script.js";

const add = { name: "add", text: "INSERT INTO items (name) VALUES ($1)" };
const count = { name: "count", text: "SELECT count(*)::int AS count FROM items" };

describe("embedded database", function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), "waterbill-embedded-"));
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

  before(async () => {
    // What a first start leaves behind when it is killed before it finishes.
    mkdirSync(join(folder, "pg.new"));
    writeFileSync(join(folder, "pg.new", "PG_VERSION"), "18\n");
    server = await openEmbeddedDatabase(options);
    await server.sequelize.query("CREATE TABLE items (id serial, name text UNIQUE)");
  });
  after(async () => {
    await closed();
    rmSync(folder, { recursive: true });
  });

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
