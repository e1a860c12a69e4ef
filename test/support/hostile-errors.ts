import { createRequire } from "node:module";
import { fromJson } from "@bufbuild/protobuf";
import { StringValueSchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { expect } from "chai";
import { CsvError } from "csv-parse";
import { ReplyError } from "ioredis";
import { errors as joseErrors } from "jose";
import pg from "pg";
import { ConnectionError, DatabaseError, UniqueConstraintError } from "sequelize";
import twilio from "twilio";
import { z } from "zod";
import { QueryError } from "../../src/db/errors.js";
import { DomainError, overloaded } from "../../src/errors.js";
import { bodyNotJson, RequestError } from "../../src/http/request-error.js";
import { SmsDeliveryUnknownError } from "../../src/sms/sms-gateway.js";

const PASSWORD = "Motdepasse123!";
const CODE = "487913";
const LINK_TOKEN = "5f0c1e9a-7d3b-4b52-9f0e-2c8a6d1b4e77";
const DEVICE_TOKEN = "dGhpcy1pcy1hLWRldmljZS10b2tlbg1";
const JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.c2lnbmF0dXJl";

/** A code, phone numbers as people write them, tokens and a password, on lines of which one looks like a stack frame. */
export const SECRETS = `code ${CODE}, +237670000001, 237 670-000-002, (237) 670.000.003, ${JWT}\n    at ${LINK_TOKEN} (node:${DEVICE_TOKEN}:1:1)\n"${PASSWORD}"`;

/** Parts of the secrets, none of which occurs by chance. */
const FRAGMENTS = [
  "Motdep",
  CODE,
  "670000001",
  "670-000-002",
  "670.000.003",
  "eyJ",
  "c2lnbmF0",
  "5f0c1e9a",
  "2c8a6d1b",
  "dGhpcy1p",
];

/** Fails when `output` contains a part of a secret. */
export function expectNoSecret(output: string, about: string): void {
  for (const fragment of FRAGMENTS) expect(output, `${about}: ${fragment}`).not.to.include(fragment);
}

export interface HostileError {
  error: unknown;
  /** The name of its class in the log. */
  type: string;
  code?: string | number;
}

/** As drivers do, with values as properties of the error. */
function laden<T extends Error>(error: T, more: object = {}): T {
  const own = {
    sql: SECRETS,
    parameters: [SECRETS],
    detail: SECRETS,
    body: { password: PASSWORD },
    phone: SECRETS,
  };
  return Object.assign(error, own, more);
}

const nested = () =>
  laden(new Error(SECRETS, { cause: laden(new Error(SECRETS, { cause: laden(new Error(SECRETS)) })) }));

function thrownBy(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

function pgError(code: string): pg.DatabaseError {
  return laden(new pg.DatabaseError(SECRETS, 1, "error"), {
    code,
    table: "users",
    constraint: "users_phone_key",
  });
}

function sequelizeError(): Error {
  const parent = Object.assign(pgError("23505"), { sql: SECRETS, parameters: [SECRETS] });
  return laden(new UniqueConstraintError({ message: SECRETS, parent, fields: { phone: SECRETS } }));
}

/** Errors of ioredis that the package does not export. */
const { AbortError } = createRequire(createRequire(import.meta.url).resolve("ioredis"))("redis-errors") as {
  AbortError: new (message: string) => Error;
};

function connectError(): ConnectError {
  const error = new ConnectError(SECRETS, Code.Internal, { "x-token": JWT }, undefined, nested());
  error.details.push({
    type: SECRETS,
    value: new TextEncoder().encode(SECRETS),
    debug: { password: PASSWORD },
  });
  return laden(error);
}

const command = { name: "eval", args: [SECRETS] };

/**
 * One error of every class that this service handles, with secrets in its message, its properties and its causes.
 * Each call creates new ones.
 */
export function hostileErrors(): HostileError[] {
  const circle = laden(new Error(SECRETS));
  circle.cause = laden(new TypeError(SECRETS, { cause: circle }));
  const fields = [{ field: SECRETS, message: () => SECRETS }];
  return [
    { error: laden(new Error(SECRETS, { cause: SECRETS })), type: "Error" },
    { error: nested(), type: "Error" },
    { error: laden(new TypeError(SECRETS, { cause: { password: PASSWORD } })), type: "TypeError" },
    { error: laden(new Error(SECRETS), { name: SECRETS, code: CODE }), type: "Error" },
    { error: laden(new Error(SECRETS), { code: "ECONNRESET" }), type: "Error", code: "ECONNRESET" },
    { error: circle, type: "Error" },
    {
      error: laden(new DomainError("INTERNAL", { message: () => SECRETS, fields, cause: nested() })),
      type: "DomainError",
    },
    { error: laden(overloaded(1, new QueryError(pgError("53300")))), type: "DomainError" },
    { error: laden(new SmsDeliveryUnknownError()), type: "SmsDeliveryUnknownError" },
    {
      error: laden(new RequestError(() => SECRETS, { fields, cause: nested() })),
      type: "RequestError",
      code: Code.InvalidArgument,
    },
    {
      error: bodyNotJson(laden(new SyntaxError(SECRETS))),
      type: "RequestError",
      code: Code.InvalidArgument,
    },
    { error: connectError(), type: "ConnectError", code: Code.Internal },
    { error: new QueryError(pgError("22P02")), type: "QueryError", code: "22P02" },
    { error: new QueryError(sequelizeError()), type: "QueryError", code: "23505" },
    { error: pgError("22P02"), type: "DatabaseError", code: "22P02" },
    {
      error: laden(new DatabaseError(Object.assign(pgError("42601"), { sql: SECRETS }))),
      type: "DatabaseError",
    },
    { error: laden(new ConnectionError(pgError("08006"))), type: "ConnectionError" },
    { error: sequelizeError(), type: "UniqueConstraintError" },
    {
      error: new twilio.RestException({
        statusCode: 400,
        body: { message: SECRETS, code: 21_211, details: [SECRETS] },
      }),
      type: "RestException",
      code: 21_211,
    },
    {
      error: laden(new ReplyError(`ERR unknown command, with args: ${SECRETS}`), { command }),
      type: "ReplyError",
    },
    { error: laden(new AbortError(SECRETS), { command }), type: "AbortError" },
    { error: thrownBy(() => JSON.parse(`{"password":${PASSWORD}}`)), type: "SyntaxError" },
    {
      error: new AggregateError([laden(new Error(SECRETS)), SECRETS, nested()], SECRETS),
      type: "AggregateError",
    },
    { error: thrownBy(() => fromJson(StringValueSchema, { password: SECRETS })), type: "Error" },
    { error: thrownBy(() => z.literal("x", SECRETS).parse(SECRETS)), type: "ZodError" },
    { error: new CsvError("CSV_QUOTE_NOT_CLOSED", SECRETS), type: "CsvError", code: "CSV_QUOTE_NOT_CLOSED" },
    { error: new joseErrors.JWTInvalid(SECRETS), type: "JWTInvalid", code: "ERR_JWT_INVALID" },
    { error: new DOMException(SECRETS, "AbortError"), type: "AbortError", code: 20 },
    { error: SECRETS, type: "string" },
    { error: { message: SECRETS, password: PASSWORD, code: CODE }, type: "object" },
    { error: Number(CODE), type: "number" },
  ];
}
