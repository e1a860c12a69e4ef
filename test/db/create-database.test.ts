import { expect } from "chai";
import { DataTypes, Model } from "sequelize";
import type { Statement, Tx } from "../../src/db/database.js";
import { QueryError, violatedConstraint } from "../../src/db/errors.js";
import { testDatabase, useTestDatabase } from "../support/database.js";
import { rejection } from "../support/rejection.js";

const insert: Statement = { name: "item-insert", text: "INSERT INTO items (name) VALUES ($1) RETURNING id" };
const all: Statement = { name: "item-all", text: "SELECT name FROM items ORDER BY name" };

describe("database", () => {
  const db = useTestDatabase({ migrated: false });

  before(async () => {
    await db.database.sequelize.query(
      "CREATE TABLE items (id serial PRIMARY KEY, name text NOT NULL UNIQUE)",
    );
  });
  beforeEach(async () => {
    await db.database.sequelize.query("TRUNCATE items");
    db.statements.length = 0;
  });

  const add = (tx: Tx | null, name: string) => db.database.run(tx, insert, [name]);
  const names = async () => (await db.database.run<{ name: string }>(null, all, [])).map((row) => row.name);

  describe("run", () => {
    it("returns plain rows in PostgreSQL's types", async () => {
      const statement = {
        name: "types",
        text: "SELECT $1::timestamptz AS at, $2::bytea AS bytes, 1 AS one, NULL AS none",
      };
      const at = new Date("2026-03-01T12:00:00.123Z");
      const [row] = await db.database.run(null, statement, [at, Buffer.from([0, 255])]);
      expect(row).to.deep.equal({ at, bytes: Buffer.from([0, 255]), one: 1, none: null });
    });

    it("sends one statement and nothing else", async () => {
      await add(null, "a");
      expect(db.statements).to.deep.equal([insert.text]);
    });

    it("prepares a statement under its name, once per connection", async () => {
      await db.database.transaction(async (tx) => {
        await add(tx, "a");
        await add(tx, "b");
        const prepared = {
          name: "prepared",
          text: "SELECT name, statement FROM pg_prepared_statements WHERE statement = $1",
        };
        const rows = await db.database.run<{ name: string }>(tx, prepared, [insert.text]);
        expect(rows.map((row) => row.name)).to.deep.equal(["item-insert#1"]);
      });
    });

    it("serves more callers than there are connections", async () => {
      await Promise.all(Array.from({ length: 200 }, (_, index) => add(null, `item ${index}`)));
      expect(await names()).to.have.length(200);
    });

    it("reports the constraint that a row violates", async () => {
      await add(null, "a");
      expect(violatedConstraint(await rejection(add(null, "a")))).to.equal("items_name_key");
    });

    it("releases the connection when a statement fails", async () => {
      const wrong = { name: "wrong", text: "SELECT * FROM nowhere" };
      for (let round = 0; round < 30; round++) await rejection(db.database.run(null, wrong, []));
      expect(await names()).to.deep.equal([]);
    });

    it("prepares statements again after a migration changes a result's type", async () => {
      const before = await testDatabase({ migrated: false, poolSize: 1 });
      try {
        await before.database.sequelize.query("CREATE TABLE notes (text varchar(3))");
        const read = { name: "notes", text: "SELECT text FROM notes" };
        await before.database.run(null, read, []);
        await before.database.sequelize.query("ALTER TABLE notes ALTER text TYPE varchar(8)");
        expect(await rejection(before.database.run(null, read, []))).to.have.property("reason", "OVERLOADED");
        expect(await before.database.run(null, read, [])).to.deep.equal([]);
      } finally {
        await before.drop();
      }
    });

    it("cancels a statement that takes too long, and keeps the connection", async () => {
      const slow = { name: "slow", text: "SELECT pg_sleep(30)" };
      await db.database.transaction(async (tx) => {
        await db.database.execute(tx, "SET LOCAL statement_timeout = 50; SAVEPOINT before");
        expect(await rejection(db.database.run(tx, slow, []))).to.have.property("reason", "OVERLOADED");
        await db.database.execute(tx, "ROLLBACK TO before");
        await add(tx, "after");
      });
      expect(await names()).to.deep.equal(["after"]);
    });
  });

  describe("transaction", () => {
    it("commits and returns the result", async () => {
      const result = await db.database.transaction(async (tx) => {
        await add(tx, "a");
        return 7;
      });
      expect(result).to.equal(7);
      expect(await names()).to.deep.equal(["a"]);
    });

    it("sends a BEGIN and a COMMIT", async () => {
      await db.database.transaction((tx) => add(tx, "a"));
      expect(db.statements).to.deep.equal(["BEGIN ISOLATION LEVEL READ COMMITTED", insert.text, "COMMIT"]);
    });

    it("rolls back and throws the error of the work", async () => {
      const error = new Error("no");
      const failed = db.database.transaction(async (tx) => {
        await add(tx, "a");
        throw error;
      });
      expect(await rejection(failed)).to.equal(error);
      expect(await names()).to.deep.equal([]);
    });

    it("is invisible to others before it commits", async () => {
      await db.database.transaction(async (tx) => {
        await add(tx, "a");
        expect(await names()).to.deep.equal([]);
      });
    });

    it("includes statements of models", async () => {
      class Item extends Model {}
      Item.init(
        { name: DataTypes.TEXT },
        { sequelize: db.database.sequelize, tableName: "items", timestamps: false },
      );
      await rejection(
        db.database.transaction(async (tx) => {
          await Item.create({ name: "by model" }, { transaction: tx });
          expect(await Item.count({ transaction: tx })).to.equal(1);
          throw new Error("no");
        }),
      );
      expect(await Item.count()).to.equal(0);
    });

    it("rejects when COMMIT commits nothing", async () => {
      const swallowed = db.database.transaction(async (tx) => {
        await add(tx, "a");
        await rejection(add(tx, "a"));
      });
      expect(await rejection(swallowed)).to.be.instanceOf(Error);
      expect(await names()).to.deep.equal([]);
    });

    it("rejects when PostgreSQL refuses the COMMIT", async () => {
      await db.database.sequelize.query(
        "CREATE TABLE IF NOT EXISTS pairs (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)",
      );
      const pair = { name: "pair", text: "INSERT INTO pairs VALUES (1), (1)" };
      const error = await rejection(db.database.transaction((tx) => db.database.run(tx, pair, [])));
      expect(violatedConstraint(error)).to.equal("pairs_id_key");
    });

    it("rejects a statement after its end", async () => {
      let leaked: Tx | undefined;
      await db.database.transaction(async (tx) => {
        leaked = tx;
      });
      expect(await rejection(add(leaked ?? null, "late")))
        .to.have.property("message")
        .that.includes("after the commit");
    });

    it("always releases its connection", async () => {
      for (let round = 0; round < 30; round++) {
        await rejection(
          db.database.transaction((tx) => db.database.run(tx, { name: "bad", text: "SELECT 1/0" }, [])),
        );
      }
      await Promise.all(
        Array.from({ length: 30 }, (_, index) => db.database.transaction((tx) => add(tx, `${index}`))),
      );
      expect(await names()).to.have.length(30);
    });
  });

  it("rejects with a QueryError without values when a model or a query fails", async () => {
    await add(null, "a");
    const query = db.database.sequelize.query("INSERT INTO items (name) VALUES ('a')");
    const error = await rejection(query);
    expect(error).to.be.instanceOf(QueryError);
    expect(violatedConstraint(error)).to.equal("items_name_key");
    expect(error).not.to.have.any.keys("sql", "parameters", "parent", "errors", "fields");
  });

  it("is OVERLOADED when all connections stay in use", async () => {
    const small = await testDatabase({ migrated: false, poolSize: 1, connectTimeoutMs: 1000 });
    try {
      await small.database.transaction(async () => {
        expect(await rejection(small.database.ping())).to.have.property("reason", "OVERLOADED");
      });
      await small.database.ping();
    } finally {
      await small.drop();
    }
  });

  it("is OVERLOADED once it is closed", async () => {
    const closed = await testDatabase({ migrated: false });
    await closed.drop();
    expect(await rejection(closed.database.ping())).to.have.property("reason", "OVERLOADED");
    expect(await rejection(closed.database.sequelize.query("SELECT 1"))).to.have.property(
      "reason",
      "OVERLOADED",
    );
  });
});
