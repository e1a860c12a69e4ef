import type { Sequelize, Transaction } from "sequelize";
import type { Models } from "./models/models.js";

/** An open transaction. Every store function takes one, or null, as its first parameter. */
export type Tx = Transaction;

/** A SQL statement that is prepared once per connection and then run by name. `$1 …` are the values. */
export interface Statement {
  /** Unique in the program, at most 50 characters; a changed text needs a new name. */
  name: string;
  text: string;
  /**
   * True for a statement whose best plan depends on its values: it is planned at every run instead of prepared. Its
   * text may then vary under one name.
   */
  isAdHoc?: boolean;
}

export interface PoolUsage {
  used: number;
  idle: number;
  waiting: number;
  max: number;
}

/**
 * Access to PostgreSQL, external or embedded.
 *
 * Every statement, including those of models, fails with one of two errors: DomainError OVERLOADED if the database is
 * unreachable or temporarily unable, otherwise a QueryError (`violatedConstraint` recognises a UNIQUE violation).
 */
export interface Database {
  /** The Sequelize that the models belong to. */
  readonly sequelize: Sequelize;
  /**
   * One model per table, for plain create, read, update and delete. Every call passes `transaction: tx`, also when it is
   * null. Only the stores use them, and they return plain objects.
   */
  readonly models: Models;
  /**
   * Runs `work` in a transaction (READ COMMITTED): commits when it resolves, rolls back when it rejects. `work` must
   * not make network calls. It may run twice, behind a pooler that loses prepared statements: the first time, nothing is
   * committed.
   */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Runs one statement in one round trip and returns plain rows, with the column names of the SQL. */
  run<Row extends object>(tx: Tx | null, statement: Statement, values: readonly unknown[]): Promise<Row[]>;
  /** Runs SQL with any number of statements and no values, for as long as it takes: for migrations. */
  execute(tx: Tx, sql: string): Promise<void>;
  /** Resolves if the database responds; throws DomainError OVERLOADED if it does not. */
  ping(): Promise<void>;
  /** The connections of this process's pool, and the calls that wait for one. */
  poolUsage(): PoolUsage;
  /** Waits for running statements, then closes every connection. */
  close(): Promise<void>;
}
