import type { Sequelize, Transaction } from "sequelize";

/** An open transaction. Every store function takes one, or null, as its first parameter. */
export type Tx = Transaction;

/** One SQL statement that is prepared once a connection and then run by its name. `$1 …` are the values. */
export interface Statement {
  /** Unique in the program, at most 50 characters, and a new one when the text changes. */
  name: string;
  text: string;
  /**
   * Planned anew at every run instead of prepared, for a statement whose best plan depends on its values. Its text may
   * then change under one name.
   */
  isAdHoc?: boolean;
}

/**
 * The way to PostgreSQL, whichever it is.
 *
 * Every statement, a model's included, fails with one of two errors: DomainError OVERLOADED when the database
 * can't be reached or asks to come back later, else a QueryError (`violatedConstraint` tells a UNIQUE violation).
 */
export interface Database {
  /** For the stores' models. */
  readonly sequelize: Sequelize;
  /**
   * Runs `work` in a transaction (READ COMMITTED): commits when it resolves, rolls back when it throws.
   * No network call belongs inside.
   */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Runs one statement in one round trip and returns its plain rows, columns as the SQL names them. */
  run<Row extends object>(tx: Tx | null, statement: Statement, values: readonly unknown[]): Promise<Row[]>;
  /** Runs SQL of any number of statements, without values, for as long as it takes: for migrations. */
  execute(tx: Tx, sql: string): Promise<void>;
  /** Resolves when the database answers; throws DomainError OVERLOADED when it does not. */
  ping(): Promise<void>;
  /** Lets running statements end, then closes every connection. */
  close(): Promise<void>;
}
