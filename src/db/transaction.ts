import type { Client } from "pg";
import { type Sequelize, Transaction } from "sequelize";
import { LoggableError } from "../system/loggable-error.js";
import type { Connections } from "./connections.js";
import type { Tx } from "./database.js";

/** What Sequelize stores in a transaction: its connection, and once it has ended, how. */
type OpenTransaction = Tx & {
  connection: Client;
  finished?: "commit" | "rollback";
  onCommit?: (() => void)[];
};

/** The connection of an open transaction. Throws if the transaction has ended, which is a mistake of the caller. */
export function connectionOf(tx: Tx, statementName: string): Client {
  const { connection, finished } = tx as OpenTransaction;
  if (finished) throw new LoggableError(`${statementName} came after the ${finished} of its transaction`);
  return connection;
}

/** Calls `report` once the transaction is committed; never, if it is rolled back. */
export function afterCommit(tx: Tx, report: () => void): void {
  const open = tx as OpenTransaction;
  open.onCommit ??= [];
  open.onCommit.push(report);
}

/**
 * Runs `work` in a transaction (READ COMMITTED): commits when it resolves, rolls back when it rejects. Sequelize's own
 * BEGIN and COMMIT take more round trips, and print failures to the console.
 */
export async function runTransaction<T>(
  sequelize: Sequelize,
  connections: Connections,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  const client = await connections.acquire();
  const tx = new Transaction(sequelize, {}) as OpenTransaction;
  tx.connection = client;
  try {
    await connections.command(client, "BEGIN ISOLATION LEVEL READ COMMITTED");
    const result = await work(tx);
    tx.finished = "commit";
    const { command } = await connections.command(client, "COMMIT");
    if (command !== "COMMIT") throw new LoggableError("a failed statement had already ended the transaction");
    for (const report of tx.onCommit ?? []) report();
    return result;
  } catch (error) {
    if (tx.finished !== "commit" && !connections.isLost(client)) {
      // A failed rollback adds nothing to `error`, but its connection can't be used again.
      await connections.command(client, "ROLLBACK").catch(() => connections.markLost(client));
    }
    throw error;
  } finally {
    tx.finished ??= "rollback";
    connections.release(client);
  }
}
