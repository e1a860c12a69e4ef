import type { Database, Statement, Tx } from "./database.js";

/** Most rows that one statement deletes: it holds their locks for milliseconds, whatever has gathered. */
const MAX_DELETED_ROWS = 1000;

/**
 * The statement that deletes rows of a table that meet `condition`, at most MAX_DELETED_ROWS. Rows that another transaction
 * has locked wait for the next time. `key` are the columns of the primary key.
 */
export function deleteExpired(table: string, key: string, condition: string): Statement {
  return {
    name: `${table}_delete_expired`,
    text: `WITH gone AS (
             DELETE FROM ${table} WHERE (${key}) IN (
               SELECT ${key} FROM ${table} WHERE ${condition} LIMIT ${MAX_DELETED_ROWS} FOR UPDATE SKIP LOCKED
             )
             RETURNING 1
           )
           SELECT count(*)::int AS count FROM gone`,
  };
}

/** Runs such a statement; true if there may be more rows. */
export async function deleteBatch(
  database: Database,
  tx: Tx | null,
  statement: Statement,
  values: readonly unknown[],
): Promise<boolean> {
  const [row] = await database.run<{ count: number }>(tx, statement, values);
  return row?.count === MAX_DELETED_ROWS;
}
