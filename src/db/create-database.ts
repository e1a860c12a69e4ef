import type { Sequelize } from "sequelize";
import { type Connections, type ConnectionsOptions, createConnections } from "./connections.js";
import type { Database, Statement, Tx } from "./database.js";
import { PreparedStatementLostError, retryingUnprepared } from "./errors.js";
import { defineModels } from "./models/models.js";
import { connectionOf, runTransaction } from "./transaction.js";

/** One day, because a migration takes as long as it needs. */
const MIGRATION_TIMEOUT_MS = 86_400_000;

interface DatabaseParts extends ConnectionsOptions {
  /** Wraps the connections that everything uses. */
  wrap?: ((connections: Connections) => Connections) | undefined;
}

/** Creates a Database over Sequelize's pool: Sequelize for the models, its connections for prepared statements. */
export function createDatabase(options: DatabaseParts): Database {
  const { sequelize, wrap = (connections) => connections } = options;
  const connections = wrap(createConnections(options));
  runModelsOn(connections, sequelize);

  async function run<Row extends object>(tx: Tx | null, statement: Statement, values: readonly unknown[]) {
    if (tx) return connections.run<Row>(connectionOf(tx, statement.name), statement, values);
    const client = await connections.acquire();
    try {
      return await connections.run<Row>(client, statement, values);
    } catch (error) {
      if (error instanceof PreparedStatementLostError)
        return await connections.run<Row>(client, statement, values);
      throw error;
    } finally {
      connections.release(client);
    }
  }

  return {
    sequelize,
    models: defineModels(sequelize),
    transaction: (work) => retryingUnprepared(() => runTransaction(sequelize, connections, work)),
    run,
    async execute(tx, sql) {
      await connections.command(connectionOf(tx, "a migration"), sql, MIGRATION_TIMEOUT_MS);
    },
    async ping() {
      await run(null, { name: "ping", text: "SELECT 1" }, []);
    },
    poolUsage: connections.usage,
    close: () => connections.close(),
  };
}

/** Makes the statements of models report to `onStatement` and fail with the errors that `Database` declares. */
function runModelsOn(connections: Connections, sequelize: Sequelize): void {
  const query = sequelize.query.bind(sequelize) as (sql: unknown, options?: unknown) => Promise<unknown>;
  sequelize.query = (async (sql: string | { query: string }, options?: { transaction?: Tx | null }) => {
    const client = options?.transaction
      ? connectionOf(options.transaction, "a model's statement")
      : undefined;
    const text = typeof sql === "string" ? sql : sql.query;
    return connections.runModel(client, text, () => query(sql, options));
  }) as typeof sequelize.query;
}
