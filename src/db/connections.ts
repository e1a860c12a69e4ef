import type { Client } from "pg";
import type { Sequelize } from "sequelize";
import { overloaded } from "../errors.js";
import type { PoolUsage, Statement } from "./database.js";
import {
  isPreparedStatementLost,
  isStalePlan,
  losesConnection,
  PreparedStatementLostError,
  translate,
} from "./errors.js";

export interface ConnectionsOptions {
  sequelize: Sequelize;
  /** False: statements run without a name. True: until one is lost. */
  preparedStatements: boolean;
  /** Called when a prepared statement was lost; from then on none has a name. */
  onUnprepared?: (() => void) | undefined;
  /** Called with the text of every statement before it is sent. */
  onStatement: ((text: string) => void) | undefined;
}

/** The connections of Sequelize's pool. Every error is one of those that `Database` declares. */
export interface Connections {
  /** Takes a connection out of the pool; `release` puts it back. */
  acquire(): Promise<Client>;
  /** Puts a connection back into the pool, or discards it if it is lost. */
  release(client: Client): void;
  /** Whether the connection has failed and must not be used again. */
  isLost(client: Client): boolean;
  /** Marks a connection as lost. */
  markLost(client: Client): void;
  /** Runs SQL without values; the client gives up after `timeoutMs` if given. */
  command(client: Client, text: string, timeoutMs?: number): Promise<{ command: string }>;
  /**
   * Runs a statement by its name, or unnamed if it is ad hoc or statements are not prepared. Throws a
   * PreparedStatementLostError besides: `retryingUnprepared` runs it again.
   */
  run<Row extends object>(client: Client, statement: Statement, values: readonly unknown[]): Promise<Row[]>;
  /** Runs a statement that Sequelize sends for a model; on a connection of its own unless `client` is given. */
  runModel<T>(client: Client | undefined, text: string, query: () => Promise<T>): Promise<T>;
  usage(): PoolUsage;
  /** Waits for running statements, then closes every connection. */
  close(): Promise<void>;
}

export function createConnections(options: ConnectionsOptions): Connections {
  const { sequelize, onStatement } = options;
  const pool = sequelize.connectionManager;
  const lost = new WeakSet<Client>();
  let isClosed = false;
  // Part of every statement's name: after a stale plan each connection prepares its statements again.
  let generation = 1;
  let isPreparing = options.preparedStatements;

  function stopPreparing(): never {
    if (isPreparing) options.onUnprepared?.();
    isPreparing = false;
    throw new PreparedStatementLostError("a prepared statement was lost");
  }

  /** Sends a query, and remembers what its error says about the connection. */
  async function send<T>(client: Client | undefined, query: () => Promise<T>): Promise<T> {
    try {
      return await query();
    } catch (error) {
      if (client && losesConnection(error)) lost.add(client);
      if (isStalePlan(error)) generation += 1;
      if (isPreparedStatementLost(error)) stopPreparing();
      throw translate(error);
    }
  }

  return {
    async acquire() {
      if (isClosed) throw overloaded(1);
      return send(undefined, async () => (await pool.getConnection({ type: "write" })) as Client);
    },
    release(client) {
      // Not awaited: a lost connection may take long to close.
      if (lost.has(client)) void pool.destroyConnection(client);
      else pool.releaseConnection(client);
    },
    isLost: (client) => lost.has(client),
    markLost: (client) => void lost.add(client),
    async command(client, text, timeoutMs) {
      onStatement?.(text);
      return send(client, () => client.query({ text, ...(timeoutMs && { query_timeout: timeoutMs }) }));
    },
    async run<Row extends object>(client: Client, statement: Statement, values: readonly unknown[]) {
      onStatement?.(statement.text);
      const isPrepared = isPreparing && !statement.isAdHoc;
      const name = isPrepared ? `${statement.name}#${generation}` : undefined;
      // A plain literal, always of the same shape: the driver copies it, which takes 8 µs longer after a spread.
      const query = { name, text: statement.text, values: [...values] };
      const { rows } = await send(client, () => client.query<Row>(query));
      return rows;
    },
    async runModel(client, text, query) {
      onStatement?.(text);
      if (isClosed) throw overloaded(1);
      return send(client, query);
    },
    usage() {
      const { using: used, available: idle, waiting, maxSize: max } = poolOf(sequelize);
      return { used, idle, waiting, max };
    },
    async close() {
      isClosed = true;
      await sequelize.close();
    },
  };
}

/** Sequelize's pool, which its types don't declare. */
function poolOf({ connectionManager }: Sequelize) {
  return (
    connectionManager as unknown as { pool: Record<"using" | "available" | "waiting" | "maxSize", number> }
  ).pool;
}
