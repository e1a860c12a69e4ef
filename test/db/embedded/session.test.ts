import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { expect } from "chai";
import pg from "pg";
import { createMutex } from "../../../src/db/embedded/mutex.js";
import { type Engine, serveSession } from "../../../src/db/embedded/session.js";
import { rejection } from "../../support/rejection.js";

/** For tests about a timeout. */
const SHORT_MS = 100;
/** For all others, however busy the machine is. */
const PATIENCE_MS = 60_000;

describe("session", () => {
  const folder = mkdtempSync(join(tmpdir(), "waterbill-session-"));
  let pglite: PGlite;
  let server: Server;
  let engine: Engine;
  const patientMutex = createMutex(PATIENCE_MS);
  const clients: pg.Client[] = [];

  before(async () => {
    pglite = await PGlite.create();
    engine = {
      settings: { server_version: "18.0", client_encoding: "UTF8" },
      exec: (messages) => pglite.execProtocolRaw(messages),
      mutex: patientMutex,
      idleTimeoutMs: PATIENCE_MS,
    };
    server = createServer((socket) => void serveSession(socket, engine));
    // The name under which pg looks for the socket of port 5432.
    server.listen(join(folder, ".s.PGSQL.5432"));
    await once(server, "listening");
    await pglite.exec("CREATE TABLE items (name text)");
  });
  beforeEach(async () => {
    engine.mutex = patientMutex;
    engine.idleTimeoutMs = PATIENCE_MS;
    await pglite.exec("TRUNCATE items");
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.end()));
  });
  after(async () => {
    server.close();
    await pglite.close();
    rmSync(folder, { recursive: true });
  });

  async function client(): Promise<pg.Client> {
    const made = new pg.Client({
      host: folder,
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
    return (await via.query("SELECT name FROM items ORDER BY name")).rows.map((row) => row.name);
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
    await one.query("INSERT INTO items VALUES ('a')");
    const seen = names(two);
    await one.query("INSERT INTO items VALUES ('b')");
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
    await one.query("INSERT INTO items VALUES ('lost')");
    const seen = names(two);
    (
      one as unknown as { connection: { stream: NodeJS.WritableStream & { destroy(): void } } }
    ).connection.stream.destroy();
    expect(await seen).to.deep.equal([]);
  });

  it("rolls back the transaction of a client that disconnects", async () => {
    const [one, two] = [await client(), await client()];
    await one.query("BEGIN");
    await one.query("INSERT INTO items VALUES ('lost')");
    const seen = names(two);
    await one.end();
    expect(await seen).to.deep.equal([]);
  });

  it("disconnects a client that leaves its transaction idle", async () => {
    engine.idleTimeoutMs = SHORT_MS;
    const one = await client();
    const disconnected = once(one, "error");
    await one.query("BEGIN; INSERT INTO items VALUES ('lost')");
    const [error] = await disconnected;
    expect(error).to.have.property("code", "25P03");
    expect(await names(await client())).to.deep.equal([]);
  });

  it("passes large statements and large results", async () => {
    const one = await client();
    const text = "x".repeat(3_000_000);
    await one.query("INSERT INTO items VALUES ($1)", [text]);
    expect((await one.query("SELECT name || name AS twice FROM items")).rows[0].twice).to.have.length(
      6_000_000,
    );
  });

  it("offers no encryption, and disconnects clients that speak another protocol", async () => {
    const socket = connect(join(folder, ".s.PGSQL.5432"));
    socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]));
    expect(String((await once(socket, "data"))[0])).to.equal("N");
    socket.write("GET / HTTP/1.1\r\n\r\n".padEnd(2 ** 10));
    socket.end();
    await once(socket, "close");
  });
});
