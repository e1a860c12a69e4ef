import type { Config } from "../../config.js";
import { DatabaseNotFoundError } from "../../db/embedded/embedded-database.js";
import { QueryError } from "../../db/errors.js";
import {
  OLDEST_VERSION_NUMBER,
  readConnections,
  readServerTime,
  readServerVersion,
  readStatementTimeout,
  type ServerConnections,
  type ServerVersion,
  type StatementTimeout,
} from "../../db/inspect-server.js";
import { pendingMigrations } from "../../db/migrate.js";
import { DomainError } from "../../errors.js";
import { UsageError } from "../../startup-error.js";
import type { Clock } from "../../system/clock.js";
import { type Check, type Finding, ok, problem, skipped, warning } from "./finding.js";
import { failureOf } from "./run-checks.js";
import { onDatabase, type SharedDatabase } from "./shared-database.js";

/** Differences (ms) between the database's clock and ours: of sessions and keys it is the database's that counts. */
const CLOCK_WARNING_MS = 2000;
const CLOCK_PROBLEM_MS = 30_000;
/** Share of PostgreSQL's connections that may be used. */
const MAX_USED_SHARE = 0.9;

/** Checks the database; those on PostgreSQL as a server are for the one of DATABASE_URL. */
export function databaseChecks(shared: SharedDatabase, config: Config, clock: Clock): Check[] {
  const onServer = (check: Parameters<typeof onDatabase>[1]) => () =>
    onDatabase(shared, async (database) =>
      config.databaseUrl ? check(database) : skipped("it is the embedded database"),
    );
  return [
    { name: "database", run: () => checkOpen(shared, config) },
    {
      name: "database_version",
      run: onServer(async (database) => judgeVersion(await readServerVersion(database))),
    },
    {
      name: "database_clock",
      run: onServer(async (database) => {
        const before = clock.now().getTime();
        const server = (await readServerTime(database)).getTime();
        return judgeClock(server, before, clock.now().getTime());
      }),
    },
    {
      name: "migrations",
      run: () =>
        onDatabase(shared, async (database) => judgeMigrations(config, await pendingMigrations(database))),
    },
    {
      name: "connections",
      run: onServer(async (database) => judgeConnections(config, await readConnections(database))),
    },
    {
      name: "statement_timeout",
      run: onServer(async (database) => judgeTimeout(await readStatementTimeout(database))),
    },
  ];
}

async function checkOpen(shared: SharedDatabase, { databaseUrl }: Config): Promise<Finding> {
  try {
    await shared.open();
    return ok(databaseUrl ? "PostgreSQL responds" : "the embedded database opens");
  } catch (error) {
    return databaseUrl ? judgeUnreachable(error) : judgeUnopened(error);
  }
}

function judgeUnopened(error: unknown): Finding {
  if (error instanceof UsageError) return skipped(error.message);
  // Normal before the first start in development.
  if (error instanceof DatabaseNotFoundError) {
    return warning("there is no database in DATA_DIR", "start the server, or set DATABASE_URL or DATA_DIR");
  }
  return problem(failureOf(error), "check DATA_DIR, or set DATABASE_URL");
}

/** An unreachable database is OVERLOADED, with the reason as its cause. */
function judgeUnreachable(error: unknown): Finding {
  const cause = error instanceof DomainError && error.cause instanceof QueryError ? error.cause : error;
  const code = cause instanceof QueryError ? cause.code : undefined;
  return problem(`it can't be used (${code ?? failureOf(cause)})`, adviceOn(code));
}

function adviceOn(code: string | undefined): string {
  if (code === "28P01" || code === "28000") return "check user and password in DATABASE_URL, and pg_hba.conf";
  if (code === "3D000") return "create the database, or name another one in DATABASE_URL";
  if (code === "53300") return "PostgreSQL has no connection left: see docs/postgresql.md";
  return "check host and port in DATABASE_URL, and that PostgreSQL is running";
}

export function judgeVersion({ version, number, isStandby }: ServerVersion): Finding {
  if (number < OLDEST_VERSION_NUMBER) {
    return problem(`PostgreSQL ${version} is too old`, "use PostgreSQL 14 or later");
  }
  if (isStandby) return problem("it is a standby, which only reads", "name the primary in DATABASE_URL");
  return ok(`PostgreSQL ${version}`);
}

/** `before` and `after` are our times around the moment when the server read its clock. */
export function judgeClock(server: number, before: number, after: number): Finding {
  const differenceMs = Math.max(before - server, server - after, 0);
  const side = server < before ? "behind" : "ahead of";
  const message = `the database's clock is ${(differenceMs / 1000).toFixed(1)} s ${side} ours`;
  const advice = "synchronise the clocks of both machines (NTP)";
  if (differenceMs > CLOCK_PROBLEM_MS) return problem(message, advice);
  if (differenceMs > CLOCK_WARNING_MS) return warning(message, advice);
  return ok("the database's clock agrees with ours");
}

function judgeMigrations({ environment }: Config, pending: readonly string[]): Finding {
  if (pending.length === 0) return ok("all are applied");
  const message = `${pending.length} pending: ${pending.join(", ")}`;
  if (environment === "production")
    return problem(message, "run `npm run migrate` (`node dist/cli.js migrate` in an image)");
  return warning(message, "the server applies them when it starts");
}

export function judgeConnections(
  { databasePoolSize, workers }: Pick<Config, "databasePoolSize" | "workers">,
  { available, used }: ServerConnections,
): Finding {
  const pools = workers === null ? "" : ` for each of ${workers} workers`;
  const figures = `DATABASE_POOL_SIZE is ${databasePoolSize}${pools}, PostgreSQL accepts ${available} and has ${used}`;
  if (databasePoolSize * (workers ?? 1) > available) {
    return warning(figures, "lower DATABASE_POOL_SIZE, or raise max_connections");
  }
  if (used > available * MAX_USED_SHARE) {
    return warning(figures, "run fewer processes, lower DATABASE_POOL_SIZE, or raise max_connections");
  }
  return ok(`${figures}: room for ${Math.floor(available / databasePoolSize)} processes in all`);
}

export function judgeTimeout({ roleMs, isPooled }: StatementTimeout): Finding {
  if (!isPooled) return ok("no pooler: the service sets it for each connection");
  if (roleMs > 0) return ok(`behind a pooler, and the role has ${roleMs} ms`);
  return warning(
    "a pooler is in between, and the role has no statement_timeout",
    "in transaction mode set it for the role: see docs/postgresql.md",
  );
}
