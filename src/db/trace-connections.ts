import { DomainError } from "../errors.js";
import { failureAttributes } from "../telemetry/span-failure.js";
import type { SpanAttributes, Tracing } from "../telemetry/tracing.js";
import type { Connections } from "./connections.js";
import { QueryError } from "./errors.js";

/** `UPDATE "users" …`; what comes before the table may not hold a value. */
const MODEL_STATEMENT = /^(?:(INSERT) INTO|(UPDATE)|(DELETE) FROM|(SELECT) [^']*? FROM) "([a-z_]{1,63})"/;

interface DatabaseAddress {
  database: string;
  /** Empty for a unix socket. */
  host?: string | undefined;
  port?: string | undefined;
}

/**
 * Records a span for each statement, without its text and values. A named statement's span has its name, one of a model
 * has operation and table, and what opens and ends a transaction has the command.
 */
export function traceConnections(
  connections: Connections,
  { inSpan }: Pick<Tracing, "inSpan">,
  server: DatabaseAddress,
): Connections {
  const address = attributesOf(server);
  const inStatement = <T>(name: string, work: () => Promise<T>, operation?: string) =>
    inSpan(
      {
        name,
        isRemote: true,
        attributes: {
          "db.system.name": "postgresql",
          "db.query.summary": name,
          ...(operation && { "db.operation.name": operation }),
          ...address,
        },
      },
      work,
      describeFailure,
    );

  return {
    ...connections,
    command(client, text, timeoutMs) {
      const [operation = "SQL"] = /^[A-Z]{1,20}/.exec(text) ?? [];
      return inStatement(operation, () => connections.command(client, text, timeoutMs), operation);
    },
    run: (client, statement, values) =>
      inStatement(statement.name, () => connections.run(client, statement, values)),
    runModel(client, text, query) {
      const [, ...groups] = MODEL_STATEMENT.exec(text) ?? [];
      const [operation = "SQL", table = ""] = groups.filter((group) => group !== undefined);
      return inStatement(
        `${operation} ${table}`.trim(),
        () => connections.runModel(client, text, query),
        operation,
      );
    },
  };
}

function attributesOf({ database, host, port }: DatabaseAddress): SpanAttributes {
  const isNamed = host !== undefined && host !== "" && !host.startsWith("/");
  return {
    "db.namespace": database,
    ...(isNamed && { "server.address": host, "server.port": Number(port) }),
  };
}

/** The SQLSTATE or the operating system's code of a failed statement; never its message, which quotes values. */
function describeFailure(error: unknown): SpanAttributes {
  const cause = error instanceof DomainError ? error.cause : error;
  const code = cause instanceof QueryError ? cause.code : undefined;
  if (code === undefined) return failureAttributes(error);
  return { "error.type": code, "db.response.status_code": code };
}
