import { DomainError, invalidField } from "../../errors.js";
import { type PhoneRules, parsePhone } from "../../users/phone-number.js";
import { cleanNotes } from "../add-entry.js";
import { MAX_NOTES } from "../whitelist-entry.js";
import type { Addition } from "../whitelist-store.js";

/** A line that cannot be applied. */
export interface InvalidLine {
  /** The row in the file, or the position among the entries; from 1. */
  line: number;
  /** The text in place of the phone number. */
  phone: string;
  error: DomainError;
}

/** A line as written in its source; invalid if it could not be read. */
export type RawLine = InvalidLine | ({ line: number } & Addition);

/** A line that can be applied, with number and notes in their normal form. */
export type ValidLine = { line: number } & Addition;

/** Maximum length of an invalid number in the report. */
const MAX_REPORTED_LENGTH = 64;

/** The control characters that notes must not have: all but tab and line breaks. */
const CONTROL_CHARACTERS = /[^\P{Cc}\t\r\n]/u;

/** Normalises a line, or returns why it is invalid. The rules are those of AddWhitelistEntry. */
export function checkLine(rules: PhoneRules, rawLine: RawLine): ValidLine | InvalidLine {
  const { line } = rawLine;
  const reportedPhone = rawLine.phone.slice(0, MAX_REPORTED_LENGTH);
  if ("error" in rawLine) return { line, phone: reportedPhone, error: rawLine.error };
  try {
    const notes = cleanNotes(rawLine.notes);
    // The limit is in characters. `length` counts UTF-16 units, of which a character has one or two.
    if (notes.length > MAX_NOTES && [...notes].length > MAX_NOTES) {
      throw invalidField("notes", (m) => m.fieldTooLong(MAX_NOTES));
    }
    if (CONTROL_CHARACTERS.test(notes)) throw invalidField("notes", (m) => m.fieldControlCharacters);
    const phone = parsePhone(rules, rawLine.phone);
    return { line, phone, notes, isActive: rawLine.isActive };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { line, phone: reportedPhone, error };
  }
}
