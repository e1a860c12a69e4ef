import { Socket } from "node:net";
import pg from "pg";
import { parse } from "pg-connection-string";
import { type Options, Sequelize } from "sequelize";
import type { Tracing } from "../telemetry/tracing.js";
import { createDatabase } from "./create-database.js";
import type { Database } from "./database.js";
import { traceConnections } from "./trace-connections.js";

/** Default timeout after which the server cancels a statement. */
const STATEMENT_TIMEOUT_MS = 5000;
/** Additional time after which the client gives up on a statement that the server did not cancel. */
const CLIENT_GRACE_MS = 1000;
const CONNECT_TIMEOUT_MS = 2000;
/** Longer, because the embedded database responds to its first client only after it has created its files. */
const EMBEDDED_CONNECT_TIMEOUT_MS = 15_000;
const IDLE_TIMEOUT_MS = 60_000;

export interface DatabaseOptions {
  /** `postgres://user:password@host:port/database`; `?sslmode=…` and `?host=<folder of a unix socket>` work. */
  url: string;
  /** Maximum number of connections of this process. */
  poolSize: number;
  /** False: statements have no names. By default they have, until a pooler loses one; not in the embedded database. */
  prepares?: boolean;
  /** Called when statements lose their names. */
  onUnprepared?: () => void;
  /** Called with the text of every statement before it is sent. */
  onStatement?: (text: string) => void;
  /** Absent: nothing is recorded. */
  tracing?: Tracing | undefined;
  /**
   * The unix socket of the embedded database, used instead of the URL's host. All its connections share one session:
   * statements can't have names there, and connections wait for each other.
   */
  embeddedSocket?: string;
  /** Time (ms) after which the server ends a statement; 5000 by default. */
  statementTimeoutMs?: number;
  /** Time (ms) that a call waits for a connection; 2000 by default, and longer for the embedded database. */
  connectTimeoutMs?: number;
}

/** A stream that ignores the host and port that pg connects it to, and connects to a unix socket instead. */
function socketTo(address: string): Socket {
  const socket = new Socket();
  const connect = socket.connect.bind(socket);
  return Object.assign(socket, { connect: () => connect(address) });
}

/**
 * pg for Sequelize, which adds its error listener to a connection only some time after it was made. Without an earlier
 * listener, a connection that the server closes in between would crash the process. The next statement reports the
 * failure.
 */
const driver = {
  ...pg,
  Client: function createClient(config: pg.ClientConfig) {
    return new pg.Client(config).on("error", () => {});
  },
};

/**
 * Lets the server end statements that take too long. Not a setting that the connection begins with: PgBouncer refuses
 * those.
 */
async function limitStatements(client: pg.Client, timeoutMs: number): Promise<void> {
  try {
    await client.query(`SET statement_timeout = ${timeoutMs}`);
  } catch (error) {
    // Sequelize forgets the connection. Not awaited: a lost one may take long to close.
    void client.end().catch(() => undefined);
    throw error;
  }
}

/** Creates a database that connects on first use, and reconnects whenever its connections are lost. */
export function openDatabase(options: DatabaseOptions): Database {
  const { embeddedSocket, tracing, statementTimeoutMs = STATEMENT_TIMEOUT_MS } = options;
  const connectTimeoutMs =
    options.connectTimeoutMs ?? (embeddedSocket ? EMBEDDED_CONNECT_TIMEOUT_MS : CONNECT_TIMEOUT_MS);
  // Given a URL, Sequelize would parse it by `url.parse`, which Node deprecates.
  const { user = "", password = "", host, port, database, ...parameters } = parse(options.url);
  // Sequelize reads the first two options, but its types don't declare them.
  const sequelizeOptions: Options & { databaseVersion: string; keepDefaultTimezone: boolean } = {
    // The oldest supported version. Without it Sequelize opens an extra connection to find out.
    databaseVersion: "14.0.0",
    // No statement depends on the session's time zone.
    keepDefaultTimezone: true,
    dialect: "postgres",
    username: user,
    password,
    host: host ?? "",
    port: Number(port || 5432),
    database: database ?? "",
    dialectModule: driver,
    logging: false,
    pool: { max: options.poolSize, acquire: connectTimeoutMs, idle: IDLE_TIMEOUT_MS },
    dialectOptions: {
      clientMinMessages: "ignore",
      application_name: "waterbill-identity",
      keepAlive: true,
      connectionTimeoutMillis: connectTimeoutMs,
      query_timeout: statementTimeoutMs + CLIENT_GRACE_MS,
      ...(embeddedSocket && { stream: () => socketTo(embeddedSocket) }),
      ...parameters,
    },
  };
  const sequelize = new Sequelize(sequelizeOptions);
  if (!embeddedSocket) {
    sequelize.addHook("afterConnect", (client) => limitStatements(client as pg.Client, statementTimeoutMs));
  }
  const server = embeddedSocket ? { ...sequelize.config, host: "" } : sequelize.config;
  return createDatabase({
    sequelize,
    preparedStatements: !embeddedSocket && (options.prepares ?? true),
    onUnprepared: options.onUnprepared,
    onStatement: options.onStatement,
    wrap: tracing && ((connections) => traceConnections(connections, tracing, server)),
  });
}
