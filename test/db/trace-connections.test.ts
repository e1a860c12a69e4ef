import { expect } from "chai";
import { openDatabase } from "../../src/db/open-database.js";
import type { Tracing } from "../../src/telemetry/tracing.js";
import { useTestDatabase } from "../support/database.js";
import { useFixture } from "../support/fixture.js";
import { rejection } from "../support/rejection.js";
import { recordWork } from "../telemetry/traced-work.js";

describe("traced connections", () => {
  const base = useTestDatabase();
  const { spans, inSpan } = recordWork();
  const database = useFixture(
    async () => openDatabase({ url: base.url, poolSize: 2, tracing: { inSpan } as Tracing }),
    (opened) => opened.close(),
  );
  beforeEach(() => {
    spans.length = 0;
  });

  const summaries = () => spans.map(({ name }) => name);

  it("have a span of a named statement, without its text and values", async () => {
    await database.run(null, { name: "a_statement", text: "SELECT $1::text AS value" }, ["a secret"]);
    const { hostname, port, pathname } = new URL(base.url);
    expect(spans).to.deep.equal([
      {
        name: "a_statement",
        attributes: {
          "db.system.name": "postgresql",
          "db.query.summary": "a_statement",
          "db.namespace": pathname.slice(1),
          ...(hostname && { "server.address": hostname, "server.port": Number(port || 5432) }),
        },
      },
    ]);
  });

  it("have spans of what opens and ends a transaction", async () => {
    await database.transaction((tx) => database.run(tx, { name: "inner", text: "SELECT 1" }, []));
    expect(summaries()).to.deep.equal(["BEGIN", "inner", "COMMIT"]);
    spans.length = 0;
    await rejection(database.transaction(() => Promise.reject(new Error("a failure"))));
    expect(summaries()).to.deep.equal(["BEGIN", "ROLLBACK"]);
  });

  it("have spans of models with operation and table, and none of their values", async () => {
    const { whitelistEntries } = database.models;
    const transaction = null;
    const row = { phone: "+237699000000", added_by: null, added_at: new Date(0) };
    const { phone } = row;
    await whitelistEntries.create({ ...row, notes: `SELECT 1 FROM "secrets"` }, { transaction });
    await whitelistEntries.findAll({ where: { phone, notes: `from "notes"` }, transaction });
    await whitelistEntries.update({ notes: phone }, { where: { phone }, transaction });
    await whitelistEntries.destroy({ where: { phone }, transaction });
    expect(spans.map(({ name, attributes }) => [name, attributes["db.operation.name"]])).to.deep.equal([
      ["INSERT whitelist_entries", "INSERT"],
      ["SELECT whitelist_entries", "SELECT"],
      ["UPDATE whitelist_entries", "UPDATE"],
      ["DELETE whitelist_entries", "DELETE"],
    ]);
    expect(JSON.stringify(spans)).not.to.match(/2376|secrets|notes/);
  });

  it("say the SQLSTATE of a failed statement, and not its message", async () => {
    await rejection(database.run(null, { name: "broken", text: "SELECT $1::int" }, ["a secret"]));
    expect(spans[0]!.failure).to.deep.equal({ "error.type": "22P02", "db.response.status_code": "22P02" });
    await rejection(
      database.run(null, { name: "slow", text: "SELECT pg_cancel_backend(pg_backend_pid())" }, []),
    );
    expect(spans[1]!.failure).to.deep.equal({ "error.type": "57014", "db.response.status_code": "57014" });
  });
});
