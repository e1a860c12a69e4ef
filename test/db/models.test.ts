import { expect } from "chai";
import {
  type DataTypes,
  type Model,
  type ModelAttributeColumnOptions,
  type ModelStatic,
  Utils,
} from "sequelize";
import type { Database } from "../../src/db/database.js";
import { QueryError, violatedConstraint } from "../../src/db/errors.js";
import { type TestDatabase, testDatabase, useTestDatabase } from "../support/database.js";
import { rejection } from "../support/rejection.js";
import { newPhone } from "../support/test-context.js";

/** A column, as the database and its model both describe it. */
interface Column {
  type: string;
  isNullable: boolean;
  isPrimaryKey: boolean;
  /** Numbered by the database. */
  isIdentity: boolean;
  /** The default value, or the call that computes it; null if there is none. */
  defaultValue: unknown;
}
type Columns = Record<string, Column>;

const COLUMNS = `
  SELECT relname AS table, attname AS column, format_type(atttypid, atttypmod) AS type,
    NOT attnotnull AS is_nullable, attidentity <> '' AS is_identity,
    pg_get_expr(adbin, adrelid) AS default_expression,
    EXISTS (SELECT FROM pg_index WHERE indrelid = pg_class.oid AND indisprimary AND attnum = ANY (indkey))
      AS is_primary_key
  FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
  WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND attnum > 0
    AND NOT attisdropped`;

interface CatalogRow {
  table: string;
  column: string;
  type: string;
  is_nullable: boolean;
  is_identity: boolean;
  default_expression: string | null;
  is_primary_key: boolean;
}

const CALL = /^\w+\(\)$/;

/** The columns of every table, as the migrations have left them. */
async function readTables({ database }: TestDatabase): Promise<Record<string, Columns>> {
  const tables: Record<string, Columns> = {};
  const read = <Row extends object>(text: string) =>
    database.run<Row>(null, { name: "test_catalog", text, isAdHoc: true }, []);
  for (const row of await read<CatalogRow>(COLUMNS)) {
    let defaultValue: unknown = row.default_expression;
    if (row.default_expression && !CALL.test(row.default_expression)) {
      defaultValue = (await read<{ value: unknown }>(`SELECT ${row.default_expression} AS value`))[0]?.value;
    }
    tables[row.table] = {
      ...tables[row.table],
      [row.column]: {
        type: row.type,
        isNullable: row.is_nullable,
        isPrimaryKey: row.is_primary_key,
        isIdentity: row.is_identity,
        defaultValue,
      },
    };
  }
  return tables;
}

function toColumn(options: ModelAttributeColumnOptions): Column {
  const { type, allowNull, primaryKey, autoIncrement, defaultValue } = options;
  const sql = (type as DataTypes.AbstractDataType).toSql().toLowerCase();
  return {
    type: sql.replace("varchar", "character varying"),
    isNullable: allowNull ?? true,
    isPrimaryKey: primaryKey ?? false,
    isIdentity: autoIncrement ?? false,
    defaultValue: defaultValue instanceof Utils.Literal ? defaultValue.val : (defaultValue ?? null),
  };
}

function toColumns(model: ModelStatic<Model>): Columns {
  const columns = Object.entries(model.getAttributes()).map(([name, options]) => {
    expect(options.field).to.equal(name);
    return [name, toColumn(options)];
  });
  return Object.fromEntries(columns);
}

describe("models", () => {
  const db = useTestDatabase();
  let tables: Record<string, Columns>;
  let models: ModelStatic<Model>[];

  before(async () => {
    tables = await readTables(db);
    models = Object.values(db.database.models);
  });

  it("describe each table once, and nothing else", () => {
    expect(models.map((model) => model.getTableName()).sort()).to.deep.equal(Object.keys(tables).sort());
  });

  it("have the columns of their tables, with the same types, keys and defaults", () => {
    for (const model of models) {
      const table = String(model.getTableName());
      expect(toColumns(model), table).to.deep.equal(tables[table]);
    }
  });

  const account = () => ({
    phone: newPhone(),
    first_name: "Ada",
    last_name: "Lovelace",
    password_hash: "x",
    date_joined: new Date(0),
  });

  it("fail with a QueryError that names the constraint and holds no value", async () => {
    const { users } = db.database.models;
    const row = account();
    await users.create(row, { transaction: null });
    const error = await rejection(users.create(row, { transaction: null }));
    expect(error).to.be.instanceOf(QueryError);
    expect(violatedConstraint(error)).to.equal("users_phone_key");
    expect(String((error as Error).stack)).not.to.include(row.phone);
    expect(error).not.to.have.any.keys("sql", "parameters", "parent", "errors", "fields");
  });

  it("are OVERLOADED once their database is closed", async () => {
    const closed = await testDatabase({ migrated: false });
    await closed.drop();
    const { users } = closed.database.models;
    for (const call of [
      users.create(account(), { transaction: null }),
      users.findOne({ transaction: null }),
    ]) {
      expect(await rejection(call)).to.have.property("reason", "OVERLOADED");
    }
  });

  it("belong to one database", async () => {
    const before = await db.database.models.users.count({ transaction: null });
    const other = await testDatabase();
    try {
      await other.database.models.users.create(account(), { transaction: null });
      const count = ({ models }: Database) => models.users.count({ transaction: null });
      expect([await count(other.database), await count(db.database)]).to.deep.equal([1, before]);
    } finally {
      await other.drop();
    }
  });
});
