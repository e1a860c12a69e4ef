import type { Page } from "playwright-core";
import type { TestContext } from "../../support/test-context.js";

/** The number of the nth entry of `fillWhitelist`. */
export const listedPhone = (n: number) => `+2376${n.toString().padStart(8, "0")}`;

/**
 * Adds entries, one for each second after the beginning of 2026 (UTC). Every tenth has notes, every fiftieth is inactive.
 */
export async function fillWhitelist({ infrastructure: { database } }: TestContext, count: number) {
  await database.transaction(async (tx) => {
    await database.execute(tx, "SET LOCAL statement_timeout = 0");
    await database.execute(
      tx,
      `INSERT INTO whitelist_entries (phone, added_at, notes, is_active)
       SELECT '+2376' || lpad(n::text, 8, '0'), timestamptz '2026-01-01 00:00Z' + n * interval '1 second',
         CASE WHEN n % 10 = 0 THEN E'Immeuble B\nporte ' || n ELSE '' END, n % 50 <> 0
       FROM generate_series(1, ${count}) AS n`,
    );
    await database.execute(tx, "ANALYZE whitelist_entries");
  });
}

/** Waits until the list shows so many rows, and no others are awaited. */
export const expectRows = (page: Page, count: number) =>
  page
    .locator(
      `.table[aria-busy=false] tbody:has(tr:nth-child(${count})):not(:has(tr:nth-child(${count + 1})))`,
    )
    .waitFor();
