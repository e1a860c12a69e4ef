import { invalidField } from "../errors.js";

/** Characters (code points) that a first or last name has at most. */
const MAX_NAME_LENGTH = 150;

/** A name without white space around it. Throws INVALID_REQUEST, of `field`, when it is empty or too long. */
export function personalName(field: string, text: string): string {
  const name = text.trim();
  if (name === "") throw invalidField(field, (m) => m.fieldRequired);
  if ([...name].length > MAX_NAME_LENGTH) throw invalidField(field, (m) => m.fieldTooLong(MAX_NAME_LENGTH));
  return name;
}

/** The text without white space around it; null when it is absent or nothing is left. */
export function optionalText(text: string | null | undefined): string | null {
  return text?.trim() || null;
}
