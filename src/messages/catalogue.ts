import { en } from "./en.js";
import { type Catalogue, fr } from "./fr.js";

/** The languages that messages exist in. */
export type Language = "fr" | "en";

/** A message that can be rendered in any language: `(messages) => messages.phoneTaken`. */
export type LocalizedMessage = (messages: Catalogue) => string;

const catalogues: Record<Language, Catalogue> = { fr, en };

/** Renders the message in `language`. */
export function localize(language: Language, message: LocalizedMessage): string {
  return message(catalogues[language]);
}
