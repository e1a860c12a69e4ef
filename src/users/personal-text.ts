import { DomainError, type FieldViolation } from "../errors.js";

/** Maximum length of a first or last name in characters (code points). */
const MAX_NAME_LENGTH = 150;

/** A first or last name and the request field that it came in. */
interface NameField {
  field: string;
  text: string;
}

/** Throws INVALID_REQUEST that names every field whose name is blank or too long. */
export function checkNames(names: readonly NameField[]): void {
  const fields = names.flatMap(({ field, text }) => violationsOf(field, text.trim()));
  if (fields.length > 0) throw new DomainError("INVALID_REQUEST", { fields });
}

/** Returns both names without surrounding white space. Throws INVALID_REQUEST as `checkNames` does. */
export function personalNames(input: { firstName: string; lastName: string }) {
  checkNames([
    { field: "first_name", text: input.firstName },
    { field: "last_name", text: input.lastName },
  ]);
  return { firstName: input.firstName.trim(), lastName: input.lastName.trim() };
}

function violationsOf(field: string, name: string): FieldViolation[] {
  if (name === "") return [{ field, message: (m) => m.fieldRequired }];
  const isTooLong = [...name].length > MAX_NAME_LENGTH;
  return isTooLong ? [{ field, message: (m) => m.fieldTooLong(MAX_NAME_LENGTH) }] : [];
}

/** Returns the text without surrounding white space; null if it is absent or blank. */
export function optionalText(text: string | null | undefined): string | null {
  return text?.trim() || null;
}
