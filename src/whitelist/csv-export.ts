import type { WhitelistEntry } from "./whitelist-entry.js";

/** The byte order mark, by which spreadsheets know UTF-8, and the header. */
export const CSV_HEADER = "\ufeffphone,notes,is_active\r\n";

/**
 * An entry as a record of a CSV file (RFC 4180). What a spreadsheet would execute has an apostrophe before it, phone
 * numbers with their plus sign included (OWASP, CSV injection); so has what begins with an apostrophe itself, so that
 * an import can tell them apart.
 */
export function csvRecord({ phone, notes, isActive }: WhitelistEntry): string {
  return `${[phone, notes, String(isActive)].map(toCell).join(",")}\r\n`;
}

function toCell(text: string): string {
  const harmless = text.replace(/^(?=[=+\-@'\t\r\n＝＋－＠])/, "'");
  return /[",;\t\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
