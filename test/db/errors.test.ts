import { expect } from "chai";
import { ConnectionAcquireTimeoutError, ConnectionRefusedError, UniqueConstraintError } from "sequelize";
import { losesConnection, QueryError, translate, violatedConstraint } from "../../src/db/errors.js";
import { DomainError } from "../../src/errors.js";

/** An Error with properties, as pg creates them. */
function pgError(code: string | undefined, message = "refused", more: object = {}): Error {
  return Object.assign(new Error(message), code === undefined ? more : { code, ...more });
}

function reasonOf(error: unknown): string {
  return error instanceof DomainError ? error.reason : "not a DomainError";
}

describe("translate", () => {
  const comeBack = [
    "08006",
    "25006",
    "53300",
    "57014",
    "57P01",
    "57P03",
    "55P03",
    "40001",
    "40P01",
    "ECONNRESET",
    "EPIPE",
  ];
  for (const code of comeBack) {
    it(`makes ${code} OVERLOADED with a time to retry`, () => {
      const error = translate(pgError(code));
      expect(reasonOf(error)).to.equal("OVERLOADED");
      expect((error as DomainError).retryAfterSeconds).to.equal(1);
      expect((error as DomainError).cause).to.be.instanceOf(QueryError);
    });
  }

  for (const message of [
    "Connection terminated unexpectedly",
    "Connection terminated",
    "Client has encountered a connection error and is not queryable",
    "Query read timeout",
    "timeout expired",
  ]) {
    it(`makes pg's "${message}" OVERLOADED and the connection lost`, () => {
      expect(reasonOf(translate(pgError(undefined, message)))).to.equal("OVERLOADED");
      expect(losesConnection(pgError(undefined, message))).to.equal(true);
    });
  }

  it("makes Sequelize's own connection errors OVERLOADED", () => {
    expect(reasonOf(translate(new ConnectionRefusedError(new Error("connect"))))).to.equal("OVERLOADED");
    expect(reasonOf(translate(new ConnectionAcquireTimeoutError(new Error("timeout"))))).to.equal(
      "OVERLOADED",
    );
  });

  for (const code of ["23505", "42P01", "22P02", "42601"]) {
    it(`turns ${code} into a QueryError`, () => {
      expect(translate(pgError(code)))
        .to.be.instanceOf(QueryError)
        .with.property("code", code);
    });
  }

  it("keeps a connection whose statement was only refused or timed out", () => {
    for (const code of ["57014", "40P01", "55P03", "23505"])
      expect(losesConnection(pgError(code))).to.equal(false);
  });

  it("copies no SQL, no parameter and no row", () => {
    const secret = "+237670000001";
    const source = pgError("23505", "duplicate key", {
      detail: `Key (phone)=(${secret})`,
      sql: secret,
      parameters: [secret],
    });
    const error = translate(
      new UniqueConstraintError({
        parent: Object.assign(source, { sql: secret }),
        fields: { phone: secret },
      }),
    );
    expect(JSON.stringify(Object.entries(error)) + error.stack).not.to.include(secret);
  });

  it("takes over no message, which quotes values", () => {
    for (const message of [
      'invalid input syntax for type uuid: "se"cret"',
      "syntaxe invalide : « secret »",
    ]) {
      const error = translate(pgError("22P02", message));
      expect(error.message + error.stack).not.to.include("cret");
    }
  });

  it("says by name what failed, and where", () => {
    const where = {
      table: "users",
      column: "phone",
      constraint: "users_phone_key",
      routine: "_bt_check_unique",
    };
    expect(translate(pgError("23505", "duplicate key", where)).message).to.equal(
      "Error 23505, table users, column phone, constraint users_phone_key, routine _bt_check_unique",
    );
    const misspelt = { routine: "errorMissingColumn", position: "57" };
    expect(translate(pgError("42703", "column does not exist", misspelt)).message).to.equal(
      "Error 42703, routine errorMissingColumn, character 57",
    );
    const lost = translate(pgError(undefined, "Connection terminated unexpectedly")).cause as Error;
    expect(lost.message).to.equal("Error Connection terminated");
    const strange = { table: "no identifier", position: "+237670000001" };
    expect(translate(pgError("23505", "duplicate key", strange)).message).to.equal("Error 23505");
  });
});

describe("violatedConstraint", () => {
  it("names the constraint of a UNIQUE violation", () => {
    const error = translate(pgError("23505", "duplicate key", { constraint: "users_phone_key" }));
    expect(violatedConstraint(error)).to.equal("users_phone_key");
  });

  it("names nothing for any other error", () => {
    expect(violatedConstraint(translate(pgError("23503", "foreign key", { constraint: "fk" })))).to.equal(
      undefined,
    );
    expect(violatedConstraint(new Error("users_phone_key"))).to.equal(undefined);
  });
});
