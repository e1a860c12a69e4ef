import { en } from "./en.js";
import { fr } from "./fr.js";

/** All sentences of one language. */
export type Catalogue = typeof fr;

/** The languages people can be answered in. */
export type Language = "fr" | "en";

/** A sentence in whatever language the reader wants: `(messages) => messages.phoneTaken`. */
export type Sentence = (messages: Catalogue) => string;

const catalogues: Record<Language, Catalogue> = { fr, en };

/** The sentence in `language`. */
export function say(language: Language, sentence: Sentence): string {
  return sentence(catalogues[language]);
}
