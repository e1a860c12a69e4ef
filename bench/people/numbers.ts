import type pg from "pg";

/** Numbers on the whitelist of every server. */
export const LISTED_COUNT = 10_000;
/** Lines of an import. */
const IMPORT_LINES = 2000;
/** What the numbers of imports start with, and no others. */
const IMPORTED_START = "+2378";

/** Fills the whitelist: the numbers of a town, most with a remark. */
export async function addNumbers(database: pg.Client): Promise<void> {
  await database.query(
    `INSERT INTO whitelist_entries (phone, notes, added_at, is_active)
     SELECT '+2379' || (10000000 + n), CASE WHEN n % 5 = 0 THEN '' ELSE 'District 4, B' || n % 90 END,
       now() - n * interval '1 minute', n % 15 <> 4
     FROM generate_series(1, $1::int) AS n`,
    [LISTED_COUNT],
  );
}

/** The lines of an import. Those of an import with another number have other phone numbers. */
export function importLines(importNumber: number): string[] {
  const first = 10_000_000 + importNumber * IMPORT_LINES;
  return Array.from(
    { length: IMPORT_LINES },
    (_, n) => `${IMPORTED_START}${first + n},"District 7, C${n % 90}",true`,
  );
}

/** Takes the numbers of imports off again, so that every import and export finds the same list. */
export async function removeImported(database: pg.Client): Promise<void> {
  await database.query("DELETE FROM whitelist_entries WHERE phone LIKE $1", [`${IMPORTED_START}%`]);
}
