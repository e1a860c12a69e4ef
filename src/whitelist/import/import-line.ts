import { DomainError, invalidField } from "../../errors.js";
import { type PhoneRules, parsePhone } from "../../users/phone-number.js";
import { cleanNotes } from "../add-entry.js";
import { MAX_NOTES } from "../whitelist-entry.js";
import type { Addition } from "../whitelist-store.js";

/** A line that can't be applied. */
export interface InvalidLine {
  /** Its row in the file, or its number among the entries; from 1. */
  line: number;
  /** What stands where the number should. */
  phone: string;
  error: DomainError;
}

/** A line as it was written. */
export type RawLine = InvalidLine | ({ line: number } & Addition);

/** A line that can be applied: its number and notes have their one form. */
export type ValidLine = { line: number } & Addition;

/** Characters of a bad number that are shown. */
const MAX_SHOWN_LENGTH = 64;

/** A tab and line breaks are the only control characters that notes have. */
const CONTROL_CHARACTERS = /[^\P{Cc}\t\r\n]/u;

/** The line in the form that can be applied, or with the reason why it can't: the rules of AddWhitelistEntry. */
export function checkLine(rules: PhoneRules, written: RawLine): ValidLine | InvalidLine {
  if ("error" in written) return { ...written, phone: written.phone.slice(0, MAX_SHOWN_LENGTH) };
  try {
    const notes = cleanNotes(written.notes);
    // Characters, not the units of JavaScript's strings, of which a character has one or two.
    if (notes.length > MAX_NOTES && [...notes].length > MAX_NOTES) {
      throw invalidField("notes", (m) => m.fieldTooLong(MAX_NOTES));
    }
    if (CONTROL_CHARACTERS.test(notes)) throw invalidField("notes", (m) => m.fieldControlCharacters);
    const phone = parsePhone(rules, written.phone);
    return { line: written.line, phone, notes, isActive: written.isActive };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { line: written.line, phone: written.phone.slice(0, MAX_SHOWN_LENGTH), error: error };
  }
}
