import { keep, readKept } from "../state/storage.js";
import { createStore } from "../state/store.js";
import { useStore } from "../state/use-store.js";
import type { Catalogue } from "./fr/catalogue.js";

export type Language = "fr" | "en";

/** Where the browser keeps what its user has chosen. */
const KEY = "waterbill.console.language";

/** Each catalogue is a file of its own, so that nobody loads the texts of a language that they don't read. */
const LOADERS: Readonly<Record<Language, () => Promise<Catalogue>>> = {
  fr: async () => (await import("./fr/catalogue.js")).fr,
  en: async () => (await import("./en/catalogue.js")).en,
};

interface LoadedLanguage {
  language: Language;
  texts: Catalogue;
}

/** Undefined until `startLanguage` has resolved, before anything is shown. */
const loaded = createStore<LoadedLanguage | undefined>(undefined);

async function load(language: Language): Promise<void> {
  loaded.set({ language, texts: await LOADERS[language]() });
  document.documentElement.lang = language;
}

/** Loads what the user has chosen, else what the service has chosen by the browser's wishes. Rejects if it can't be loaded. */
export function startLanguage(): Promise<void> {
  return load((readKept(KEY) ?? document.documentElement.lang) === "en" ? "en" : "fr");
}

/** Changes the language. Rejects, and changes nothing, if it can't be loaded. */
export async function chooseLanguage(language: Language): Promise<void> {
  await load(language);
  keep(KEY, language);
}

export const currentLanguage = (): Language => loaded.get()!.language;
export const useLanguage = (): Language => useStore(loaded)!.language;

/** The texts of the console, in its language. */
export const useTexts = (): Catalogue => useStore(loaded)!.texts;
export const currentTexts = (): Catalogue => loaded.get()!.texts;
