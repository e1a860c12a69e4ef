import type { Sequelize, Transaction } from "sequelize";

/** An open transaction. Every store function takes one, or null, as its first parameter. */
export type Tx = Transaction;

/** One SQL statement that is prepared once a connection and then run by its name. `$1 …` are the values. */
export interface Statement {
  /** Unique in the program, and a new one when the text changes. */
  name: string;
  text: string;
}

/** The way to PostgreSQL, whichever it is. */
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
  /** Resolves when the database answers; throws DomainError OVERLOADED when it does not. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
