import type { WhitelistEntry } from "./whitelist-entry.js";

/** The byte order mark, from which spreadsheets recognise UTF-8, and the header row. */
export const CSV_HEADER = "\ufeffphone,notes,is_active\r\n";

/**
 * An entry as a CSV record (RFC 4180). A cell that a spreadsheet would execute gets a leading apostrophe (OWASP, CSV
 * injection); phone numbers do too, because of their plus sign. So does a cell that already begins with an apostrophe,
 * so that an import can tell the two apart.
 */
export function csvRecord({ phone, notes, isActive }: WhitelistEntry): string {
  return `${[phone, notes, String(isActive)].map(toCell).join(",")}\r\n`;
}

function toCell(value: string): string {
  const escaped = value.replace(/^(?=[=+\-@'\t\r\n＝＋－＠])/, "'");
  return /[",;\t\r\n]/.test(escaped) ? `"${escaped.replaceAll('"', '""')}"` : escaped;
}
