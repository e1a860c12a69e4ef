import { accounts } from "./accounts.js";
import { common } from "./common.js";
import { overview } from "./overview.js";
import { signIn } from "./sign-in.js";
import { transfer } from "./transfer.js";
import { whitelist } from "./whitelist.js";

/** What the console says, in French. `en/` has the same keys, which the compiler enforces. */
export const fr = { common, signIn, overview, whitelist, transfer, accounts };

export type Catalogue = typeof fr;
