import { Socket } from "node:net";
import pg from "pg";
import { type Options, Sequelize } from "sequelize";
import { createDatabase } from "./create-database.js";
import type { Database } from "./database.js";

/** Milliseconds. A statement is ended by the server, and failing that given up by the client. */
const STATEMENT_TIMEOUT_MS = 5000;
const CLIENT_GRACE_MS = 1000;
const CONNECT_TIMEOUT_MS = 2000;
/** The embedded database greets its first client when it has made its files. */
const EMBEDDED_CONNECT_TIMEOUT_MS = 15_000;
const IDLE_TIMEOUT_MS = 60_000;

export interface DatabaseOptions {
  /** `postgres://user:password@host:port/database`; `?sslmode=…` and `?host=<folder of a unix socket>` work. */
  url: string;
  /** The most connections this process holds. */
  poolSize: number;
  /** Where tables are looked for and made, instead of `public`. */
  schema?: string;
  /** Told of every statement before it is sent. */
  onStatement?: (text: string) => void;
  /**
   * The unix socket of the embedded database, instead of the URL's host. All its connections share one session,
   * so that statements can't have names there, and they wait for each other.
   */
  embeddedSocket?: string;
}

/** pg tells its stream to connect to a host and a port; this one goes to a unix socket instead. */
function socketTo(address: string): Socket {
  const socket = new Socket();
  const connect = socket.connect.bind(socket);
  return Object.assign(socket, { connect: () => connect(address) });
}

/**
 * pg for Sequelize, which listens for a connection's errors only some time after it was made: one that the server
 * ends in that moment would end the process. Statements tell the failure soon enough.
 */
const driver = {
  ...pg,
  Client: function createClient(config: pg.ClientConfig) {
    return new pg.Client(config).on("error", () => {});
  },
};

/** Makes a database that connects when it is first asked, and again whenever its connections are lost. */
export function openDatabase(options: DatabaseOptions): Database {
  const { embeddedSocket } = options;
  const patience = embeddedSocket ? EMBEDDED_CONNECT_TIMEOUT_MS : CONNECT_TIMEOUT_MS;
  const url = new URL(options.url);
  const settings = ["-c timezone=UTC", url.searchParams.get("options") ?? ""];
  if (options.schema) settings.push(`-c search_path=${options.schema}`);
  url.searchParams.set("options", settings.join(" ").trim());
  // The first two are options that Sequelize reads and its types don't know.
  const sequelizeOptions: Options & { databaseVersion: string; keepDefaultTimezone: boolean } = {
    // The oldest one supported; telling it saves Sequelize a connection of its own to find out.
    databaseVersion: "14.0.0",
    // The time zone comes with `settings`, so that a new connection costs no further round trip.
    keepDefaultTimezone: true,
    dialect: "postgres",
    dialectModule: driver,
    logging: false,
    pool: { max: options.poolSize, acquire: patience, idle: IDLE_TIMEOUT_MS },
    dialectOptions: {
      clientMinMessages: "ignore",
      application_name: "waterbill-identity",
      keepAlive: true,
      connectionTimeoutMillis: patience,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      query_timeout: STATEMENT_TIMEOUT_MS + CLIENT_GRACE_MS,
      ...(embeddedSocket && { stream: () => socketTo(embeddedSocket) }),
    },
  };
  return createDatabase({
    sequelize: new Sequelize(url.href, sequelizeOptions),
    preparedStatements: !embeddedSocket,
    onStatement: options.onStatement,
  });
}
