import { expect } from "chai";
import type { Database } from "../../src/db/database.js";
import { openDatabase } from "../../src/db/open-database.js";
import { DomainError } from "../../src/errors.js";
import { useTestDatabase } from "../support/database.js";
import { rejection } from "../support/rejection.js";

const echo = { name: "test_echo", text: "SELECT $1::int AS value" };
const add = { name: "test_add", text: "INSERT INTO marks VALUES ($1)" };
const adHoc = (text: string) => ({ name: "test_ad_hoc", text, isAdHoc: true });
/** What the session of the connection has prepared. */
const prepared = adHoc("SELECT name FROM pg_prepared_statements");

describe("prepared statements", () => {
  const base = useTestDatabase();
  let database: Database;
  let losses = 0;
  /** On one connection, whose statements a test loses as a pooler does that gives it to another client meanwhile. */
  const open = (options: { prepares?: boolean } = {}) =>
    openDatabase({ url: base.url, poolSize: 1, onUnprepared: () => (losses += 1), ...options });

  before(async () => {
    await base.database.run(null, adHoc("CREATE TABLE marks (mark int)"), []);
  });
  beforeEach(async () => {
    losses = 0;
    database = open();
    await base.database.run(null, adHoc("DELETE FROM marks"), []);
  });
  afterEach(() => database.close());

  const names = async () =>
    (await database.run<{ name: string }>(null, prepared, [])).map(({ name }) => name);
  const marks = async () =>
    (await base.database.run<{ mark: number }>(null, adHoc("SELECT mark FROM marks ORDER BY mark"), [])).map(
      ({ mark }) => mark,
    );
  /** As if another client had had the connection: what was prepared has gone (26000 at the next use). */
  const deallocate = () => database.run(null, adHoc("DEALLOCATE ALL"), []);
  /** As if another client had prepared it (42P05 at the first use). */
  const occupy = (name: string) => database.run(null, adHoc(`PREPARE "${name}#1" AS SELECT 1`), []);

  it("are used until one is lost", async () => {
    await database.run(null, echo, [1]);
    expect(await names()).to.deep.equal(["test_echo#1"]);
    expect(losses).to.equal(0);
  });

  it("that have gone run again without a name, and no other has one from then on", async () => {
    await database.run(null, echo, [1]);
    await deallocate();
    expect(await database.run(null, echo, [2])).to.deep.equal([{ value: 2 }]);
    await database.run(null, add, [7]);
    expect(await names()).to.deep.equal([]);
    expect(await marks()).to.deep.equal([7]);
    expect(losses).to.equal(1);
  });

  it("that are there already run again without a name", async () => {
    await occupy("test_echo");
    expect(await database.run(null, echo, [3])).to.deep.equal([{ value: 3 }]);
    expect(await names()).to.deep.equal(["test_echo#1"]);
    expect(losses).to.equal(1);
  });

  it("that are lost in a transaction make it run again from the beginning, and commit once", async () => {
    await database.run(null, echo, [1]);
    await deallocate();
    let runs = 0;
    const result = await database.transaction(async (tx) => {
      runs += 1;
      await database.run(tx, adHoc("INSERT INTO marks VALUES (1)"), []);
      const [row] = await database.run<{ value: number }>(tx, echo, [5]);
      return row?.value;
    });
    expect([result, runs, losses]).to.deep.equal([5, 2, 1]);
    expect(await marks()).to.deep.equal([1]);
  });

  it("that are lost in many calls at once cost none of them anything", async () => {
    await database.close();
    database = openDatabase({ url: base.url, poolSize: 5, onUnprepared: () => (losses += 1) });
    await Promise.all(Array.from({ length: 50 }, () => database.run(null, echo, [1])));
    await Promise.all(Array.from({ length: 20 }, deallocate));
    const results = await Promise.all(
      Array.from({ length: 200 }, (_, value) =>
        value % 2
          ? database.run<{ value: number }>(null, echo, [value])
          : database.transaction((tx) => database.run<{ value: number }>(tx, echo, [value])),
      ),
    );
    expect(results.map(([row]) => row?.value)).to.deep.equal(
      Array.from({ length: 200 }, (_, value) => value),
    );
    expect(losses).to.be.at.most(1);
  });

  it("are not used if the configuration says so", async () => {
    await database.close();
    database = open({ prepares: false });
    await database.run(null, echo, [1]);
    expect(await names()).to.deep.equal([]);
  });

  it("leave other errors of a transaction alone: its work runs once", async () => {
    let runs = 0;
    const work = database.transaction(async (tx) => {
      runs += 1;
      await database.run(tx, add, [9]);
      throw new DomainError("PHONE_TAKEN");
    });
    expect(await rejection(work)).to.include({ reason: "PHONE_TAKEN" });
    expect([runs, await marks()]).to.deep.equal([1, []]);
  });
});

describe("a connection", () => {
  const base = useTestDatabase();

  it("begins with no setting that a pooler refuses, and has its time-out nevertheless", async () => {
    const database = openDatabase({ url: base.url, poolSize: 1, statementTimeoutMs: 4321 });
    const text =
      "SELECT current_setting('statement_timeout') AS timeout, source FROM pg_settings WHERE name = 'statement_timeout'";
    expect(await database.run(null, adHoc(text), [])).to.deep.equal([
      { timeout: "4321ms", source: "session" },
    ]);
    const { rows } = await startupOf(base.url);
    expect(rows).to.deep.equal([]);
    await database.close();
  });
});

/** The settings that a connection of a database began with. */
async function startupOf(url: string): Promise<{ rows: object[] }> {
  const database = openDatabase({ url, poolSize: 1 });
  const text =
    "SELECT name FROM pg_settings WHERE source = 'client' AND name NOT IN ('application_name', 'client_encoding')";
  try {
    return { rows: await database.run(null, adHoc(text), []) };
  } finally {
    await database.close();
  }
}
