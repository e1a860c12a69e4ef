import { invalidField } from "../errors.js";

/** Maximum length of a first or last name in characters (code points). */
const MAX_NAME_LENGTH = 150;

/** Returns a name without surrounding white space. Throws INVALID_REQUEST for `field` if it is empty or too long. */
export function personalName(field: string, text: string): string {
  const name = text.trim();
  if (name === "") throw invalidField(field, (m) => m.fieldRequired);
  if ([...name].length > MAX_NAME_LENGTH) throw invalidField(field, (m) => m.fieldTooLong(MAX_NAME_LENGTH));
  return name;
}

/** Returns the text without surrounding white space; null if it is absent or blank. */
export function optionalText(text: string | null | undefined): string | null {
  return text?.trim() || null;
}
