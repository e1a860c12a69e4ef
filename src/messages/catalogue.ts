import { en } from "./en.js";
import { type Catalogue, fr } from "./fr.js";

/** The languages people can be answered in. */
export type Language = "fr" | "en";

/** A message in whatever language the reader wants: `(messages) => messages.phoneTaken`. */
export type LocalizedMessage = (messages: Catalogue) => string;

const catalogues: Record<Language, Catalogue> = { fr, en };

/** The message in `language`. */
export function localize(language: Language, message: LocalizedMessage): string {
  return message(catalogues[language]);
}
