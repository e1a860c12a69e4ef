import { DomainError } from "../errors.js";

/** The text without white space around it. Throws INVALID_REQUEST when nothing is left. */
export function requiredText(field: string, text: string): string {
  const trimmed = text.trim();
  if (trimmed === "") {
    throw new DomainError("INVALID_REQUEST", { fields: [{ field, sentence: (m) => m.fieldRequired }] });
  }
  return trimmed;
}

/** The text without white space around it; null when it is absent or nothing is left. */
export function optionalText(text: string | null | undefined): string | null {
  return text?.trim() || null;
}
