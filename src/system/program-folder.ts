/** Whether this is `dist` (docs/decisions/0030-start.md), and not the source. */
export const IS_BUILT = import.meta.url.endsWith(".js");

/** The folder of the program: `src`, or `dist`, which has all built modules directly in it. */
export const PROGRAM_FOLDER = new URL(IS_BUILT ? "./" : "../", import.meta.url);

/** The folder above, which holds package.json. */
export const ROOT_FOLDER = new URL("../", PROGRAM_FOLDER);
