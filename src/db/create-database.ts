import type { Client } from "pg";
import { type Sequelize, Transaction } from "sequelize";
import { overloaded } from "../errors.js";
import { LoggableError } from "../system/loggable-error.js";
import type { Database, Statement, Tx } from "./database.js";
import { isStalePlan, losesConnection, translate } from "./errors.js";
import { defineModels } from "./models/models.js";

interface CreateDatabaseOptions {
  sequelize: Sequelize;
  preparedStatements: boolean;
  onStatement: ((text: string) => void) | undefined;
}

/** What Sequelize keeps in a transaction: the connection, and how it ended once it has. */
type OpenTransaction = Tx & { connection: Client; finished?: "commit" | "rollback" };

/** Milliseconds in a day: as good as for ever to whoever waits for a migration. */
const MIGRATION_TIMEOUT_MS = 86_400_000;

/** A Database over Sequelize's pool: Sequelize for the models, its connections for prepared statements. */
export function createDatabase({
  sequelize,
  preparedStatements,
  onStatement,
}: CreateDatabaseOptions): Database {
  const pool = sequelize.connectionManager;
  const lost = new WeakSet<Client>();
  let closed = false;
  // Part of every statement's name: after a stale plan all connections prepare theirs afresh.
  let generation = 1;

  async function borrow(): Promise<Client> {
    if (closed) throw overloaded(1);
    try {
      return (await pool.getConnection({ type: "write" })) as Client;
    } catch (error) {
      throw translate(error);
    }
  }

  /** Never waits for a lost connection to end. */
  function giveBack(client: Client): void {
    if (lost.has(client)) void pool.destroyConnection(client);
    else pool.releaseConnection(client);
  }

  async function send<T>(client: Client, query: () => Promise<T>): Promise<T> {
    try {
      return await query();
    } catch (error) {
      if (losesConnection(error)) lost.add(client);
      if (isStalePlan(error)) generation += 1;
      throw translate(error);
    }
  }

  function command(client: Client, text: string, patience?: number) {
    onStatement?.(text);
    const query = { text, ...(patience && { query_timeout: patience }) };
    return send(client, () => client.query(query));
  }

  async function runOn<Row extends object>(client: Client, statement: Statement, values: readonly unknown[]) {
    onStatement?.(statement.text);
    const isPrepared = preparedStatements && !statement.isAdHoc;
    const name = isPrepared ? `${statement.name}#${generation}` : undefined;
    const query = { ...(name && { name }), text: statement.text, values: [...values] };
    const { rows } = await send(client, () => client.query<Row>(query));
    return rows;
  }

  async function run<Row extends object>(tx: Tx | null, statement: Statement, values: readonly unknown[]) {
    if (tx) {
      const { connection, finished } = tx as OpenTransaction;
      if (finished)
        throw new LoggableError(`${statement.name} came after the ${finished} of its transaction`);
      return runOn<Row>(connection, statement, values);
    }
    const client = await borrow();
    try {
      return await runOn<Row>(client, statement, values);
    } finally {
      giveBack(client);
    }
  }

  async function transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const client = await borrow();
    // Sequelize's own begin and commit take more round trips and write failures to the console.
    const tx = new Transaction(sequelize, {}) as OpenTransaction;
    tx.connection = client;
    try {
      await command(client, "BEGIN ISOLATION LEVEL READ COMMITTED");
      const result = await work(tx);
      tx.finished = "commit";
      const { command: completed } = await command(client, "COMMIT");
      if (completed !== "COMMIT")
        throw new LoggableError("a failed statement had already ended the transaction");
      return result;
    } catch (error) {
      if (tx.finished !== "commit" && !lost.has(client)) {
        // Its own failure says nothing that `error` does not; the connection is thrown away then.
        await command(client, "ROLLBACK").catch(() => lost.add(client));
      }
      throw error;
    } finally {
      tx.finished ??= "rollback";
      giveBack(client);
    }
  }

  const query = sequelize.query.bind(sequelize) as (sql: unknown, options?: unknown) => Promise<unknown>;
  sequelize.query = (async (sql: string | { query: string }, options?: { transaction?: OpenTransaction }) => {
    onStatement?.(typeof sql === "string" ? sql : sql.query);
    if (closed) throw overloaded(1);
    try {
      return await query(sql, options);
    } catch (error) {
      const client = options?.transaction?.connection;
      if (client && losesConnection(error)) lost.add(client);
      throw translate(error);
    }
  }) as typeof sequelize.query;

  return {
    sequelize,
    models: defineModels(sequelize),
    transaction,
    run,
    async execute(tx, sql) {
      await command((tx as OpenTransaction).connection, sql, MIGRATION_TIMEOUT_MS);
    },
    async ping() {
      await run(null, { name: "ping", text: "SELECT 1" }, []);
    },
    async close() {
      closed = true;
      await sequelize.close();
    },
  };
}
