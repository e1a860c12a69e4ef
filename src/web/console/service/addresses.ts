/** The folder of the console, from where its script was loaded. The service may be served below a path. */
const consoleUrl = new URL("./", import.meta.url);

/** Where the service's methods are called. */
export const SERVICE_URL = new URL("../", consoleUrl).href.replace(/\/$/, "");

/** Where the methods of sign-in are called that keep their tokens in cookies. */
export const SESSION_URL = new URL("session", consoleUrl).href;
