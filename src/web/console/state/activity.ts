import { createContext } from "preact";

/** Whether the pages are shown. They stay, out of sight, while somebody signs in again or passes the second step. */
export const Activity = createContext(true);
